//! What the outputs of a flow look like, and random values of that shape.

use serde_json::{Map, Value, json};

use super::Random;
use super::reply::{Dialect, Leaf};

pub(crate) enum Shape {
    Leaf(Leaf),
    List(Box<Shape>),
    Object(Object),
}

pub(crate) struct Object(Vec<Member>);

struct Member {
    name: String,
    shape: Shape,
    presence: Presence,
}

#[derive(Debug, Clone, Copy)]
enum Presence {
    Always,
    MayBeNull,
    MayBeMissing,
    MayBeEmpty,
}

/// Where a name may need help to become one of Rust: keywords, other scripts, digits, and what is the same once a prefix
/// is dropped.
const NAMES: [&str; 32] = [
    "variable_type",
    "param_type",
    "type",
    "self",
    "variable_self",
    "Self",
    "crate",
    "variable_async",
    "订单",
    "变量_a",
    "variable_订单",
    "123",
    "variable_123",
    "9lives",
    "_flowExecutionID",
    "variable_rgrtgqworiginal",
    "variable_",
    "__",
    "a-b",
    "a.b",
    "a_b",
    "A_B",
    "aB",
    "string",
    "option",
    "vec",
    "a_name_that_is_much_longer_than_any_line_of_code_should_be_made_by_it_a",
    "a_name_that_is_much_longer_than_any_line_of_code_should_be_made_by_it_b",
    "field_1",
    "é\"\\n",
    "带 空格",
    "",
];

/// Deep enough for objects in lists in objects.
const DEEPEST: u64 = 3;

impl Object {
    pub(crate) fn random(random: &mut Random, depth: u64) -> Self {
        let mut members: Vec<Member> = Vec::new();
        for _ in 0..=random.below(if depth == 0 { 12 } else { 4 }) {
            let name = random.pick(&NAMES);
            if members.iter().all(|member| member.name != name) {
                members.push(Member {
                    name: name.to_owned(),
                    shape: Shape::random(random, depth),
                    presence: random.pick(&[
                        Presence::Always,
                        Presence::Always,
                        Presence::MayBeNull,
                        Presence::MayBeMissing,
                        Presence::MayBeEmpty,
                    ]),
                });
            }
        }
        Self(members)
    }

    pub(crate) fn value(&self, random: &mut Random, dialect: Dialect) -> Value {
        let mut object = Map::new();
        for Member {
            name,
            shape,
            presence,
        } in &self.0
        {
            let value = match presence {
                Presence::MayBeNull if random.one_in(2) => Value::Null,
                Presence::MayBeMissing if random.one_in(2) => continue,
                Presence::MayBeEmpty if random.one_in(2) => {
                    random.pick(&[json!(""), json!({}), json!([])])
                }
                _ => shape.value(random, dialect),
            };
            object.insert(name.clone(), value);
        }
        object.into()
    }

    /// Whether what was read and written is what the sample had, or where not.
    pub(crate) fn same(&self, sample: &Value, written: &Value) -> Result<(), String> {
        for Member { name, shape, .. } in &self.0 {
            if written.get(name).is_none() && (name.is_empty() || name.contains(' ')) {
                continue; // an output of that name is left out
            }
            let (sample, written) = (&sample[name], &written[name]);
            let is_nothing = |value: &Value| {
                value.is_null() || [json!(""), json!({}), json!([])].contains(value)
            };
            if !(is_nothing(sample) && is_nothing(written)) {
                shape
                    .same(sample, written)
                    .map_err(|why| format!("{name}: {why}"))?;
            }
        }
        Ok(())
    }
}

impl Shape {
    fn random(random: &mut Random, depth: u64) -> Self {
        match random.below(8) {
            0 if depth < DEEPEST => Self::List(Box::new(Self::random(random, depth + 1))),
            1 | 2 if depth < DEEPEST => Self::Object(Object::random(random, depth + 1)),
            3 if depth < DEEPEST => {
                let object = Object::random(random, depth + 1);
                Self::List(Box::new(Self::Object(object)))
            }
            _ => Self::Leaf(random.pick(&Leaf::ALL)),
        }
    }

    fn value(&self, random: &mut Random, dialect: Dialect) -> Value {
        match self {
            Self::Leaf(leaf) => leaf.value(random, dialect),
            Self::List(item) => (0..random.below(4))
                .map(|_| match random.below(8) {
                    0 => Value::Null,
                    _ => item.value(random, dialect),
                })
                .collect(),
            Self::Object(object) => object.value(random, dialect),
        }
    }

    fn same(&self, sample: &Value, written: &Value) -> Result<(), String> {
        match (self, sample, written) {
            (_, Value::Null, Value::Null) => Ok(()),
            (Self::Leaf(leaf), _, _) if leaf.same(sample, written) => Ok(()),
            (Self::List(item), Value::Array(samples), Value::Array(items))
                if samples.len() == items.len() =>
            {
                let mut pairs = samples.iter().zip(items);
                pairs.try_for_each(|(sample, written)| item.same(sample, written))
            }
            (Self::Object(object), Value::Object(_), Value::Object(_)) => {
                object.same(sample, written)
            }
            _ => Err(format!("{sample} became {written}")),
        }
    }
}
