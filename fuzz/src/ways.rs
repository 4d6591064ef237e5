//! Flows by hand that take their outputs in different orders and ways, each written once for the library and the oracle.

use std::collections::BTreeMap;
use std::fmt;

use apaas_flow::{Error, ErrorKind, Execution, Flow, Outputs, Params, Result, wire};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::de::StrRead;
use serde_json::{Deserializer as Json, Value};

use crate::model::{Failure, Model};

/// What an author's own error says.
pub(crate) const OWN: &str = "an error of the author's own";

/// What both of them can do.
pub(crate) trait Reader<'a> {
    type Error;

    fn own() -> Self::Error;
    fn names(&mut self) -> Vec<String>;
    fn take<T: Field>(&mut self, name: &str) -> Result<T, Self::Error>;
    fn take_or_default<T: Field + Default>(&mut self, name: &str) -> Result<T, Self::Error>;
    fn take_nullable<T: Field>(&mut self, name: &str) -> Result<Option<Option<T>>, Self::Error>;
    fn take_with<T: Field>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Json<StrRead<'a>>) -> serde_json::Result<T>,
    ) -> Result<T, Self::Error>;
    fn take_with_or_default<T: Field + Default>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Json<StrRead<'a>>) -> serde_json::Result<T>,
    ) -> Result<T, Self::Error>;
    fn take_all<T: DeserializeOwned>(&mut self) -> Result<T, Self::Error>;
}

impl<'a> Reader<'a> for Outputs<'a> {
    type Error = Error;

    fn own() -> Error {
        Error::new(ErrorKind::Flow, OWN)
    }

    fn names(&mut self) -> Vec<String> {
        self.names().map(str::to_owned).collect()
    }

    fn take<T: Field>(&mut self, name: &str) -> Result<T> {
        self.take(name)
    }

    fn take_or_default<T: Field + Default>(&mut self, name: &str) -> Result<T> {
        self.take_or_default(name)
    }

    fn take_nullable<T: Field>(&mut self, name: &str) -> Result<Option<Option<T>>> {
        self.take_nullable(name)
    }

    fn take_with<T: Field>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Json<StrRead<'a>>) -> serde_json::Result<T>,
    ) -> Result<T> {
        self.take_with(name, read)
    }

    fn take_with_or_default<T: Field + Default>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Json<StrRead<'a>>) -> serde_json::Result<T>,
    ) -> Result<T> {
        self.take_with_or_default(name, read)
    }

    fn take_all<T: DeserializeOwned>(&mut self) -> Result<T> {
        self.take_all()
    }
}

/// What was taken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen {
    Nothing,
    Some(Box<Seen>),
    Bool(bool),
    Integer(i64),
    Byte(u8),
    /// Its bits.
    Float(u64),
    Text(String),
    Integers(Vec<i64>),
    Names(Vec<String>),
    Any(Value),
    All(BTreeMap<String, Value>),
    Shop(Shop),
}

/// A type that is taken, by the name that an error has for it.
pub(crate) trait Field: DeserializeOwned + Into<Seen> {
    const NAME: &'static str;
}

macro_rules! fields {
    ($($type:ty = $name:literal: $value:ident => $seen:expr,)*) => {$(
        impl From<$type> for Seen {
            fn from($value: $type) -> Self {
                $seen
            }
        }

        impl Field for $type {
            const NAME: &'static str = $name;
        }
    )*};
}

fields! {
    bool = "bool": value => Seen::Bool(value),
    i64 = "i64": value => Seen::Integer(value),
    u8 = "u8": value => Seen::Byte(value),
    f64 = "f64": value => Seen::Float(value.to_bits()),
    String = "String": value => Seen::Text(value),
    Vec<i64> = "Vec<i64>": value => Seen::Integers(value),
    Value = "Value": value => Seen::Any(value),
    Blind = "Blind": _value => Seen::Nothing,
}

impl<T: Into<Seen>> From<Option<T>> for Seen {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, |value| Self::Some(Box::new(value.into())))
    }
}

impl<T: Field> Field for Option<T> {
    const NAME: &'static str = "an option, which is never missing";
}

/// Reads nothing of its value.
#[derive(Debug, Default)]
pub(crate) struct Blind;

impl<'de> Deserialize<'de> for Blind {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

/// As `output = Type` has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shop {
    a: Option<i64>,
    #[serde(default)]
    b: Value,
    #[serde(alias = "c")]
    total: Option<String>,
    d: Option<IgnoredAnyThatIsEqual>,
}

#[derive(Debug, Clone, PartialEq)]
struct IgnoredAnyThatIsEqual;

impl<'de> Deserialize<'de> for IgnoredAnyThatIsEqual {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// The names of an object, and nothing of its values.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = map.next_key()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

type Taken<'a, R> = Result<Vec<Seen>, <R as Reader<'a>>::Error>;

fn in_order<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![
        from.take::<i64>("a")?.into(),
        from.take::<String>("b")?.into(),
        from.take::<Value>("c")?.into(),
        from.take::<Option<bool>>("d")?.into(),
    ])
}

fn in_order_as_options<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![
        from.take::<Option<Value>>("a")?.into(),
        from.take::<Option<Value>>("b")?.into(),
        from.take::<Option<Value>>("c")?.into(),
        from.take::<Option<Value>>("d")?.into(),
    ])
}

fn reversed<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![
        from.take::<Option<bool>>("d")?.into(),
        from.take::<Option<Vec<i64>>>("c")?.into(),
        from.take::<Option<String>>("b")?.into(),
        from.take::<f64>("a")?.into(),
    ])
}

/// Every bad output is in the error.
fn all_before_the_first_error<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let c = from.take::<Option<Vec<i64>>>("c");
    let a = from.take::<u8>("a");
    let d = from.take_or_default::<String>("d");
    let b = from.take_nullable::<String>("b");
    Ok(vec![a?.into(), b?.into(), c?.into(), d?.into()])
}

fn with_defaults<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![
        from.take_or_default::<Value>("a")?.into(),
        from.take_or_default::<String>("b")?.into(),
        from.take_with_or_default("c", |value| Vec::<i64>::deserialize(value))?
            .into(),
        from.take_or_default::<Option<bool>>("d")?.into(),
    ])
}

fn nullable<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![
        from.take_nullable::<Value>("b")?.into(),
        from.take_nullable::<i64>("a")?.into(),
        from.take_nullable::<Value>("d")?.into(),
    ])
}

fn the_same_again<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![
        from.take::<Value>("b")?.into(),
        from.take::<Value>("a")?.into(),
        from.take::<Option<Value>>("a")?.into(),
        from.take::<Option<Value>>("b")?.into(),
    ])
}

fn what_reads_nothing<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let a = from.take::<Blind>("a").is_ok();
    let b = from.take_with("b", |_| Ok(7_i64));
    let c = from.take_with_or_default("c", |_| Ok(true));
    let d = from.take_or_default::<Blind>("d");
    Ok(vec![a.into(), b?.into(), c?.into(), d?.into()])
}

/// A function of the author's that reads a part of the value, then more than there is.
fn what_reads_otherwise<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let twice = |value: &mut Json<StrRead<'a>>| {
        IgnoredAny::deserialize(&mut *value)?;
        Ok(IgnoredAny::deserialize(value).is_ok())
    };
    let once = from.take_with("a", |value| Value::deserialize(value))?;
    let refused = from.take_with_or_default::<bool>("b", |value| {
        IgnoredAny::deserialize(value)?;
        Err(serde::de::Error::custom("refused"))
    });
    let more = from.take_with("c", twice)?;
    Ok(vec![once.into(), more.into(), refused?.into()])
}

fn after_an_error<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let a = match from.take::<i64>("a") {
        Ok(a) => a.into(),
        Err(_) => from.take::<String>("a")?.into(),
    };
    let b = match from.take::<Vec<i64>>("b") {
        Ok(b) => b.into(),
        Err(_) => Seen::Nothing,
    };
    Ok(vec![a, b, from.take::<Option<Value>>("c")?.into()])
}

fn an_error_of_its_own<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let a = from.take::<Option<Value>>("a")?;
    if a.as_ref().is_some_and(Value::is_string) {
        return Err(R::own());
    }
    match from.take::<bool>("b") {
        Ok(true) => Ok(vec![a.into()]),
        Ok(false) | Err(_) => Err(R::own()),
    }
}

fn one_of_many<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![from.take::<Value>("c")?.into()])
}

fn none_at_all<'a, R: Reader<'a>>(_: &mut R) -> Taken<'a, R> {
    Ok(Vec::new())
}

fn names_first<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![
        Seen::Names(from.names()),
        from.take::<Option<Value>>("b")?.into(),
        from.take::<Option<Value>>("a")?.into(),
    ])
}

/// Each by the name that the reply has for it.
fn names_between<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let mut taken = vec![from.take::<Option<Value>>("b")?.into()];
    let names = from.names();
    for name in &names {
        taken.push(from.take::<Value>(name)?.into());
    }
    taken.push(Seen::Names(names));
    Ok(taken)
}

fn as_a_map<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![Seen::All(from.take_all()?)])
}

fn as_a_struct<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![Seen::Shop(from.take_all()?)])
}

fn as_a_map_between<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let b = from.take::<Option<Value>>("b")?;
    let all = from.take_all()?;
    let again = from.take_all::<Option<BTreeMap<String, Value>>>()?;
    Ok(vec![
        b.into(),
        Seen::All(all),
        Seen::All(again.unwrap_or_default()),
        from.take::<Option<Value>>("a")?.into(),
    ])
}

fn as_nothing<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    from.take_all::<()>()?;
    Ok(Vec::new())
}

/// A type that goes on to the next name without a look at the value.
fn as_names<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    Ok(vec![
        Seen::Names(from.take_all::<Names>()?.0),
        from.take::<Option<Value>>("a")?.into(),
    ])
}

/// A map whose values are not read, and one whose reading fails and is got over.
fn as_a_map_of_nothing<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let unread = from.take_all::<BTreeMap<String, Blind>>()?;
    let is_fit = from.take_all::<BTreeMap<String, i64>>().is_ok();
    Ok(vec![
        Seen::Names(unread.into_keys().collect()),
        is_fit.into(),
        from.take::<Option<Value>>("a")?.into(),
    ])
}

/// One flow.
pub(crate) struct Way {
    pub(crate) reply: fn(&[u8]) -> Result<Execution<Vec<Seen>>>,
    pub(crate) expected: fn(&mut Model<'_>) -> Result<Vec<Seen>, Failure>,
}

macro_rules! ways {
    ($($way:ident,)*) => {
        pub(crate) const WAYS: &[Way] = &[$({
            struct Way;

            impl Flow for Way {
                const NAMESPACE: &'static str = "package_x__c";
                const FLOW_ID: &'static str = stringify!($way);
                type Output = Vec<Seen>;

                fn write_params(&self, _: &mut Params) -> Result<()> {
                    Ok(())
                }

                fn read_outputs(from: &mut Outputs<'_>) -> Result<Vec<Seen>> {
                    $way(from)
                }
            }

            crate::ways::Way {
                reply: |body| wire::reply::<Way>(200, body),
                expected: |model| $way(model),
            }
        },)*];
    };
}

ways! {
    in_order, in_order_as_options, reversed, all_before_the_first_error, with_defaults, nullable, the_same_again,
    what_reads_nothing, what_reads_otherwise, after_an_error, an_error_of_its_own, one_of_many, none_at_all,
    names_first, names_between, as_a_map, as_a_struct, as_a_map_between, as_nothing, as_names,
    as_a_map_of_nothing,
}
