//! What was written, with every default resolved. Tokens are kept for their spans.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Attribute, Generics, LitStr, Path, Token, Type, Visibility};

use crate::attributes;
use crate::parse::Slot;
use crate::parse::arguments::{Argument, Arguments, Name};
use crate::parse::item::{self, Body, Struct};
use crate::parse::mark::{Direction, Mark};
use crate::report::Report;
use crate::types;

#[expect(
    clippy::struct_field_names,
    reason = "`flow_id` is what the platform and the user call it"
)]
pub(crate) struct Flow {
    pub(crate) door: Door,
    /// `None`: missing or wrong, and reported.
    pub(crate) namespace: Option<Name>,
    pub(crate) flow_id: Option<Name>,
    pub(crate) missing: Vec<&'static str>,
    pub(crate) contract_argument: Argument<LitStr>,
    pub(crate) output: Output,
    pub(crate) output_argument: Argument<Type>,
    pub(crate) emulate: bool,
    pub(crate) methods: bool,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) derives_serde: bool,
    pub(crate) visibility: Visibility,
    pub(crate) token: Token![struct],
    pub(crate) ident: Ident,
    pub(crate) output_ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) body: Body,
    pub(crate) fields: Vec<Field>,
}

/// Where the runtime is found.
#[derive(Clone)]
pub(crate) enum Door {
    Standard,
    At(Path),
    /// `crate = ` was written and cannot be read: nothing can be named.
    Unknown,
}

#[derive(Clone)]
pub(crate) enum Output {
    Nothing,
    Fields,
    Type(Box<Type>),
}

pub(crate) struct Field {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    pub(crate) colon: Token![:],
    pub(crate) ty: Type,
    pub(crate) default: TokenStream,
    pub(crate) input: Option<Port>,
    pub(crate) output: Option<Port>,
    /// Neither was written: where it stands is a guess.
    pub(crate) unmarked: bool,
}

/// A field's end on one side of the call.
pub(crate) struct Port {
    pub(crate) direction: Direction,
    pub(crate) name: ApiName,
    pub(crate) mark: Option<Attribute>,
    pub(crate) with: Option<(Ident, Path)>,
    pub(crate) default: Option<Ident>,
    /// Something in the mark was reported already.
    pub(crate) doubtful: bool,
}

pub(crate) struct ApiName {
    pub(crate) text: String,
    /// The literal, or the field's name.
    pub(crate) written: TokenStream,
    pub(crate) is_literal: bool,
}

/// How a value is taken from the reply.
pub(crate) enum Reading<'a> {
    /// `take::<T>("name")`
    Plain,
    /// `take_or_default::<T>("name")`
    OrDefault,
    /// `take_nullable::<T>("name")` for an `Option<Option<T>>`
    Nullable(&'a Type),
    /// `take_with::<T>("name", |value| path::deserialize(value))`
    With(&'a Path),
    /// `take_with_or_default::<T>("name", |value| path::deserialize(value))`
    WithOrDefault(&'a Path),
}

impl Flow {
    pub(crate) fn resolve(arguments: Arguments, item: Struct, report: &Report) -> Self {
        let missing = arguments.missing();
        let fields = resolve_fields(item.fields, report);
        let has_output_fields = fields.iter().any(|field| field.output.is_some());
        let output = match arguments.output.given() {
            _ if has_output_fields => Output::Fields,
            Some((_, ty)) if !types::is_unit(ty) => Output::Type(Box::new(ty.clone())),
            _ => Output::Nothing,
        };
        Flow {
            door: Door::from(&arguments.krate),
            methods: match arguments.methods {
                Slot::Absent => true,
                Slot::Wrong => false,
                Slot::Given(_, methods) => methods,
            },
            emulate: !arguments.emulate.is_absent(),
            contract_argument: arguments.contract,
            namespace: arguments.namespace.into_given(),
            flow_id: arguments.flow_id.into_given(),
            missing,
            output,
            output_argument: arguments.output,
            derives_serde: attributes::derive_serde(&item.attributes),
            attributes: item.attributes,
            visibility: item.visibility,
            token: item.token,
            output_ident: output_ident(&item.ident),
            ident: item.ident,
            generics: item.generics,
            body: item.body,
            fields,
        }
    }

    /// Underlines the attribute, without rustc's note on macros that a bare call site brings.
    pub(crate) fn on_the_attribute(&self) -> Span {
        self.ident.span().located_at(Span::call_site())
    }

    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&Field, &Port)> {
        self.fields
            .iter()
            .filter_map(|field| Some((field, field.input.as_ref()?)))
    }

    pub(crate) fn outputs(&self) -> impl Iterator<Item = (&Field, &Port)> {
        self.fields
            .iter()
            .filter_map(|field| Some((field, field.output.as_ref()?)))
    }
}

pub(crate) fn output_ident(ident: &Ident) -> Ident {
    format_ident!("{}Output", ident.unraw(), span = ident.span())
}

impl From<&Argument<Path>> for Door {
    fn from(argument: &Argument<Path>) -> Self {
        match argument {
            Slot::Absent => Door::Standard,
            Slot::Wrong => Door::Unknown,
            Slot::Given(_, path) => Door::At(path.clone()),
        }
    }
}

fn resolve_fields(fields: Vec<item::Field>, report: &Report) -> Vec<Field> {
    let known: Vec<Option<Direction>> = fields
        .iter()
        .map(|field| {
            field
                .marks
                .first()
                .map(|mark| mark.direction)
                .or(field.meant)
        })
        .collect();
    let mut nearest = known
        .iter()
        .copied()
        .flatten()
        .next()
        .unwrap_or(Direction::Input);
    let guesses = known.into_iter().map(move |known| {
        nearest = known.unwrap_or(nearest);
        nearest
    });
    fields
        .into_iter()
        .zip(guesses)
        .map(|(field, guess)| Field::resolve(field, guess, report))
        .collect()
}

impl Field {
    fn resolve(field: item::Field, guess: Direction, report: &Report) -> Self {
        let unmarked = field.marks.is_empty() && field.meant.is_none();
        let mut input = None;
        let mut output = None;
        for mark in field.marks {
            let (slot, word) = match mark.direction {
                Direction::Input => (&mut input, mark.direction.word()),
                Direction::Output => (&mut output, mark.direction.word()),
            };
            if slot.is_some() {
                report.over(
                    &mark.attribute,
                    format!("duplicate `#[{word}]`; a field has one api name on each side"),
                );
            } else {
                *slot = Some(Port::resolve(mark, &field.ident));
            }
        }
        if input.is_none() && output.is_none() {
            match guess {
                Direction::Input => input = Some(Port::guessed(guess, &field.ident)),
                Direction::Output => output = Some(Port::guessed(guess, &field.ident)),
            }
        }
        Field {
            attributes: field.attributes,
            visibility: field.visibility,
            ident: field.ident,
            colon: field.colon,
            ty: field.ty,
            default: field.default,
            input,
            output,
            unmarked,
        }
    }

    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(|attribute| attributes::is_cfg(attribute))
    }

    /// What a statement about this field must carry: its conditions and its lints.
    pub(crate) fn statement_attributes(&self) -> TokenStream {
        self.attributes
            .iter()
            .filter(|attribute| attributes::is_cfg(attribute) || attributes::is_lint(attribute))
            .map(attributes::relaxed)
            .collect()
    }

    pub(crate) fn reading<'a>(&'a self, port: &'a Port) -> Reading<'a> {
        // an optional input is left out of the request when it is none
        let may_be_absent = port.default.is_some()
            || port.direction == Direction::Input && types::option_content(&self.ty).is_some();
        match (&port.with, types::nullable_content(&self.ty)) {
            (Some((_, path)), _) if may_be_absent => Reading::WithOrDefault(path),
            (Some((_, path)), _) => Reading::With(path),
            (None, _) if port.default.is_some() => Reading::OrDefault,
            (None, Some(content)) => Reading::Nullable(content),
            (None, None) => Reading::Plain,
        }
    }
}

impl Port {
    fn resolve(mark: Mark, field: &Ident) -> Self {
        let name = match mark.name.given() {
            Some(((), literal)) => ApiName {
                text: literal.value(),
                written: literal.to_token_stream(),
                is_literal: true,
            },
            None => ApiName::own(field),
        };
        let given =
            |slot: &Slot<Ident, Path>| slot.given().map(|(key, path)| (key.clone(), path.clone()));
        Port {
            direction: mark.direction,
            name,
            with: given(&mark.with),
            default: mark.default.given().map(|(key, ())| key.clone()),
            doubtful: mark.name.is_wrong() || mark.with.is_wrong() || mark.default.is_wrong(),
            mark: Some(mark.attribute),
        }
    }

    fn guessed(direction: Direction, field: &Ident) -> Self {
        Port {
            direction,
            name: ApiName::own(field),
            mark: None,
            with: None,
            default: None,
            doubtful: true,
        }
    }
}

impl ApiName {
    /// The literal in front of a mark's options, and nothing where the field's own name is used: `"variable_a", `.
    pub(crate) fn before_options(&self) -> String {
        if self.is_literal {
            format!("{}, ", self.written)
        } else {
            String::new()
        }
    }

    fn own(field: &Ident) -> Self {
        ApiName {
            text: field.unraw().to_string(),
            written: field.to_token_stream(),
            is_literal: false,
        }
    }
}
