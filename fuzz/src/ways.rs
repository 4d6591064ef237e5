//! Flows by hand that take their outputs in different orders and ways, each written once for the library and the oracle.

use std::collections::BTreeMap;
use std::fmt;

use apaas_flow::value::{Choice, Decimal, Lookup};
use apaas_flow::{Error, ErrorKind, Execution, Flow, Outputs, Params, Result, wire};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

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
    fn take_with<T: Field>(&mut self, name: &str, read: impl Read<T>) -> Result<T, Self::Error>;
    fn take_with_or_default<T: Field + Default>(
        &mut self,
        name: &str,
        read: impl Read<T>,
    ) -> Result<T, Self::Error>;
    fn take_all<T: DeserializeOwned>(&mut self) -> Result<T, Self::Error>;
}

/// A function of the author's: both sides are given the same one, and each has a deserializer of its own.
pub(crate) trait Read<T> {
    fn read<'de, D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error>;
}

/// Reads what the type does.
struct AsItIs;

impl<T: DeserializeOwned> Read<T> for AsItIs {
    fn read<'de, D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        T::deserialize(from)
    }
}

/// Has a value of its own, and reads nothing.
struct Unread<T>(T);

impl<T> Read<T> for Unread<T> {
    fn read<'de, D: Deserializer<'de>>(self, _: D) -> Result<T, D::Error> {
        Ok(self.0)
    }
}

/// Reads any value and refuses it.
struct Refused;

impl<T> Read<T> for Refused {
    fn read<'de, D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        IgnoredAny::deserialize(from)?;
        Err(serde::de::Error::custom("refused"))
    }
}

/// Reads a list, as far as it is one, and tells whether it was.
struct IsIntegers;

impl Read<bool> for IsIntegers {
    fn read<'de, D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        Ok(Vec::<i64>::deserialize(from).is_ok())
    }
}

impl<'a> Reader<'a> for Outputs<'a> {
    type Error = Error;

    fn own() -> Error {
        Error::new(ErrorKind::Flow, OWN)
    }

    fn names(&mut self) -> Vec<String> {
        Outputs::names(self).map(str::to_owned).collect()
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

    fn take_with<T: Field>(&mut self, name: &str, read: impl Read<T>) -> Result<T> {
        self.take_with(name, |value| read.read(value))
    }

    fn take_with_or_default<T: Field + Default>(
        &mut self,
        name: &str,
        read: impl Read<T>,
    ) -> Result<T> {
        self.take_with_or_default(name, |value| read.read(value))
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

/// A type that is taken.
pub(crate) trait Field: DeserializeOwned + Into<Seen> {
    /// The name that an error has for it.
    const NAME: &'static str;

    /// What it makes of a value.
    fn read(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }

    /// What is said of a value that does not fit, behind the output's name; none where that is left to other tests.
    fn why(_value: &str) -> Option<String> {
        None
    }
}

macro_rules! fields {
    ($($type:ty = $name:literal: $value:ident => $seen:expr $(, says $why:expr)?;)*) => {$(
        impl From<$type> for Seen {
            fn from($value: $type) -> Self {
                $seen
            }
        }

        impl Field for $type {
            const NAME: &'static str = $name;

            $(fn why(value: &str) -> Option<String> {
                $why(value)
            })?
        }
    )*};
}

fields! {
    bool = "bool": value => Seen::Bool(value), says |value| misfit("a boolean", value);
    i64 = "i64": value => Seen::Integer(value), says |value| misfit("`i64`", value);
    u8 = "u8": value => Seen::Byte(value), says |value| misfit("`u8`", value);
    f64 = "f64": value => Seen::Float(value.to_bits()), says |value| misfit("`f64`", value);
    String = "String": value => Seen::Text(value), says |value| misfit("a string", value);
    Vec<i64> = "Vec<i64>": value => Seen::Integers(value), says misfit_of_integers;
    Value = "Value": value => Seen::Any(value);
    Blind = "Blind": _value => Seen::Nothing;
    Choice = "Choice": value => Seen::Text(format!("{value:?}"));
    Lookup = "Lookup": value => Seen::Text(format!("{value:?}"));
    Decimal = "Decimal": value => Seen::Text(format!("{value:?}"));
}

/// What is said of a value that is not what serde calls this.
fn misfit(expected: &str, value: &str) -> Option<String> {
    let is_number = value.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let has_fraction = value.contains(['.', 'e', 'E']);
    let kind = match value.as_bytes()[0] {
        b'"' => "a string",
        b't' | b'f' => "a boolean",
        b'n' => "null",
        b'[' => "a list",
        b'{' => "an object",
        _ if has_fraction => "a number with a fraction",
        _ => "an integer",
    };
    let wants_number = expected.starts_with('`');
    let is_too_large = value.parse().is_ok_and(f64::is_infinite);
    let does_not_fit = wants_number && is_number && (is_too_large || !has_fraction);
    let why = if does_not_fit {
        " that does not fit"
    } else {
        ""
    };
    Some(format!(" expected {expected}, found {kind}{why}"))
}

/// As `misfit`, of the first in a list that is no integer.
fn misfit_of_integers(value: &str) -> Option<String> {
    if !value.starts_with('[') {
        return misfit("a sequence", value);
    }
    let values: Vec<Box<RawValue>> = serde_json::from_str(value).ok()?;
    let mut values = values.iter().map(|value| value.get()).enumerate();
    let (nth, value) = values.find(|(_, value)| <i64 as Field>::read(value).is_none())?;
    misfit("`i64`", value).map(|why| format!(" at `[{nth}]`{why}"))
}

impl<T: Into<Seen>> From<Option<T>> for Seen {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, |value| Self::Some(Box::new(value.into())))
    }
}

/// Null is none, and so is what is empty, where the type has no use for that. All but the library's own values take it.
impl<T: Field> Field for Option<T> {
    const NAME: &'static str = "an option, which is never missing";

    fn read(value: &str) -> Option<Self> {
        let is_empty = match value.strip_prefix(['{', '[']) {
            Some(inside) => inside.trim_start().len() == 1,
            None => value == "\"\"",
        };
        let is_own = matches!(T::NAME, "Choice" | "Lookup" | "Decimal");
        match T::read(value) {
            _ if value == "null" => Some(None),
            None if is_own && is_empty => Some(None),
            read => read.map(Some),
        }
    }

    fn why(value: &str) -> Option<String> {
        T::why(value)
    }
}

/// Options inside of a value.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Choices(Vec<Option<Choice>>);

impl From<Choices> for Seen {
    fn from(Choices(values): Choices) -> Self {
        Self::Text(format!("{values:?}"))
    }
}

impl Field for Choices {
    const NAME: &'static str = "Choices";

    fn read(value: &str) -> Option<Self> {
        let values: Vec<Box<RawValue>> = serde_json::from_str(value).ok()?;
        let values = values
            .iter()
            .map(|value| <Option<Choice> as Field>::read(value.get()));
        values.collect::<Option<_>>().map(Self)
    }
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
        from.take_with_or_default::<Vec<i64>>("c", AsItIs)?.into(),
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
    let b = from.take_with("b", Unread(7_i64));
    let c = from.take_with_or_default("c", Unread(true));
    let d = from.take_or_default::<Blind>("d");
    Ok(vec![a.into(), b?.into(), c?.into(), d?.into()])
}

fn what_gets_over_errors<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let a = from.take_with::<Value>("a", AsItIs)?;
    let refused = from.take_with_or_default::<bool>("b", Refused);
    let c = from.take_with("c", IsIntegers)?;
    let d = from.take_with_or_default("d", IsIntegers)?;
    Ok(vec![a.into(), c.into(), d.into(), refused?.into()])
}

fn own_values<'a, R: Reader<'a>>(from: &mut R) -> Taken<'a, R> {
    let b = from.take::<Option<Choice>>("b");
    let a = from.take::<Option<Lookup>>("a");
    let c = from.take_or_default::<Choices>("c")?;
    Ok(vec![
        a?.into(),
        b?.into(),
        c.into(),
        from.take_nullable::<Decimal>("d")?.into(),
    ])
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
    what_reads_nothing, what_gets_over_errors, own_values, after_an_error, an_error_of_its_own, one_of_many, none_at_all,
    names_first, names_between, as_a_map, as_a_struct, as_a_map_between, as_nothing, as_names,
    as_a_map_of_nothing,
}
