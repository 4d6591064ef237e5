//! Models to the text of a source file, as rustfmt leaves it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::model::{Field, Model, Type};
use super::names;

const WIDTH: usize = 100;
/// rustfmt's `attr_fn_like_width`, for an attribute of several arguments.
const ATTRIBUTE_WIDTH: usize = 70;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Input,
    Output,
    InsideInput,
    InsideOutput,
}

#[derive(Default)]
struct Writer {
    values: BTreeSet<&'static str>,
    types: BTreeSet<String>,
    items: Vec<String>,
}

pub(super) fn file(models: &[Model]) -> String {
    let mut writer = Writer::default();
    // flows first, so that they have the plain names
    let names: Vec<String> = models.iter().map(|model| writer.flow_name(model)).collect();
    for (model, name) in models.iter().zip(&names) {
        writer.flow(model, name);
    }
    let mut text =
        String::from("// Written by apaas-flow's generator.\n\nuse apaas_flow::apaas_flow;\n");
    text.push_str(&imports(&writer.values));
    for item in &writer.items {
        text.push('\n');
        text.push_str(item);
    }
    text
}

fn imports(values: &BTreeSet<&str>) -> String {
    let values: Vec<&str> = values.iter().copied().collect();
    match values.as_slice() {
        [] => return String::new(),
        [one] => return format!("use apaas_flow::value::{one};\n"),
        _ => {}
    }
    let line = format!("use apaas_flow::value::{{{}}};\n", values.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    let mut text = String::from("use apaas_flow::value::{");
    let mut width = WIDTH;
    for value in values {
        if width + value.len() + 2 > WIDTH {
            text.push_str("\n   ");
            width = 3;
        }
        // writing to a String cannot fail
        let _ = write!(text, " {value},");
        width += value.len() + 2;
    }
    text.push_str("\n};\n");
    text
}

impl Writer {
    fn flow_name(&mut self, model: &Model) -> String {
        let words = names::without_random_suffix(&model.flow_id);
        let name = names::type_name(words, &mut self.types);
        // the attribute's own
        self.types.insert(format!("{name}Output"));
        name
    }

    fn flow(&mut self, model: &Model, name: &str) {
        let sides = [
            (model.inputs.as_deref().unwrap_or_default(), Place::Input),
            (&model.outputs, Place::Output),
        ];
        let (fields, refused): (Vec<(&Field, Place)>, Vec<_>) = sides
            .into_iter()
            .flat_map(|(fields, place)| fields.iter().map(move |field| (field, place)))
            .partition(|(field, _)| names::is_api_name(&field.api_name));
        let mut text = String::new();
        for (field, _) in refused {
            let name = literal(&field.api_name);
            let _ = writeln!(
                text,
                "// left out: {name}, since the attribute takes no name that is empty or has a space in it"
            );
        }
        if model.inputs.is_none() {
            text.push_str("// the inputs are not known: add a field for each, with #[input(\"its api name\")]\n");
        }
        text.push_str(&docs(model.description.as_deref(), ""));
        let arguments = [
            format!("namespace = {}", literal(&model.namespace)),
            format!("flow_id = {}", literal(&model.flow_id)),
        ];
        text.push_str(&attribute("", "apaas_flow", &arguments));
        text.push_str("#[derive(Debug, Clone)]\n");
        let mut inside = Vec::new();
        self.body(&mut text, name, &fields, &mut inside);
        self.items.push(text);
        self.nested(inside);
    }

    fn nested(&mut self, mut waiting: Vec<(String, &[Field], Place)>) {
        while !waiting.is_empty() {
            let mut inside = Vec::new();
            for (name, fields, place) in waiting {
                let derive = match place {
                    Place::Input | Place::InsideInput => "serde::Serialize",
                    Place::Output | Place::InsideOutput => "serde::Deserialize",
                };
                let mut text = format!("#[derive(Debug, Clone, {derive})]\n");
                let fields: Vec<_> = fields.iter().map(|field| (field, place)).collect();
                self.body(&mut text, &name, &fields, &mut inside);
                self.items.push(text);
            }
            waiting = inside;
        }
    }

    fn body<'a>(
        &mut self,
        text: &mut String,
        name: &str,
        fields: &[(&'a Field, Place)],
        inside: &mut Vec<(String, &'a [Field], Place)>,
    ) {
        if fields.is_empty() {
            let _ = writeln!(text, "pub struct {name} {{}}");
            return;
        }
        let _ = writeln!(text, "pub struct {name} {{");
        let api_names: Vec<&str> = fields.iter().map(|(field, _)| &*field.api_name).collect();
        let own = names::fields(&api_names);
        for (i, ((field, place), own)) in fields.iter().zip(own).enumerate() {
            if i > 0 && matches!(place, Place::Input | Place::Output) {
                text.push('\n');
            }
            text.push_str(&docs(field.description.as_deref(), "    "));
            if let Some(guess) = field.guess {
                let _ = writeln!(text, "    // a guess: {guess}");
            }
            text.push_str(&field_attribute(field, &own, *place));
            let words = format!("{name}_{}", own.trim_start_matches("r#"));
            let ty = self.ty(&field.ty, &words, *place, inside);
            let ty = if field.is_optional {
                format!("Option<{ty}>")
            } else {
                ty
            };
            let _ = writeln!(text, "    pub {own}: {ty},");
        }
        text.push_str("}\n");
    }

    fn ty<'a>(
        &mut self,
        ty: &'a Type,
        name: &str,
        place: Place,
        inside: &mut Vec<(String, &'a [Field], Place)>,
    ) -> String {
        match ty {
            Type::Plain(path) => (*path).to_owned(),
            Type::Value(value) => {
                self.values.insert(value);
                (*value).to_owned()
            }
            Type::List(item) => format!("Vec<{}>", self.ty(item, name, place, inside)),
            Type::Optional(item) => format!("Option<{}>", self.ty(item, name, place, inside)),
            Type::Object(fields) => {
                let place = match place {
                    Place::Input | Place::InsideInput => Place::InsideInput,
                    Place::Output | Place::InsideOutput => Place::InsideOutput,
                };
                let name = names::type_name(name, &mut self.types);
                inside.push((name.clone(), fields, place));
                name
            }
        }
    }
}

fn field_attribute(field: &Field, own: &str, place: Place) -> String {
    let is_same = own.trim_start_matches("r#") == field.api_name;
    let word = match place {
        Place::Input => "input",
        Place::Output => "output",
        Place::InsideInput | Place::InsideOutput => {
            let mut arguments = Vec::new();
            if !is_same {
                arguments.push(format!("rename = {}", literal(&field.api_name)));
            }
            if place == Place::InsideInput && field.is_optional {
                arguments.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            if arguments.is_empty() {
                return String::new();
            }
            return attribute("    ", "serde", &arguments);
        }
    };
    if is_same {
        format!("    #[{word}]\n")
    } else {
        attribute("    ", word, &[literal(&field.api_name)])
    }
}

fn attribute(indent: &str, name: &str, arguments: &[String]) -> String {
    let inside = arguments.join(", ");
    let line = format!("{indent}#[{name}({inside})]");
    let fits = match arguments {
        [_] => width(&line) < WIDTH,
        _ => width(&inside) <= ATTRIBUTE_WIDTH,
    };
    if fits {
        return line + "\n";
    }
    let lines = arguments.join(&format!(",\n{indent}    "));
    format!("{indent}#[{name}(\n{indent}    {lines}\n{indent})]\n")
}

/// Chinese characters take two columns.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| if c < '\u{1100}' { 1 } else { 2 })
        .sum()
}

/// A literal of any text. What could change how the code around it looks is escaped.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() => literal.push(c),
            c => literal.extend(c.escape_unicode()),
        }
    }
    literal.push('"');
    literal
}

/// Plain text as doc comments: no line begins code, and nothing hides.
fn docs(description: Option<&str>, indent: &str) -> String {
    let mut docs = String::new();
    for line in description.unwrap_or_default().trim().lines() {
        let mut clean = String::new();
        for c in line.trim().chars() {
            match c {
                '[' | ']' | '<' | '>' | '`' | '~' | '*' => clean.extend(['\\', c]),
                '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}' => {}
                c if c.is_control() => clean.push(' '),
                c => clean.push(c),
            }
        }
        let line = format!("{indent}/// {}", clean.trim());
        docs.push_str(line.trim_end());
        docs.push('\n');
    }
    docs
}
