//! `#[input("api_name", with = path)]` and `#[output("api_name", with = path, default)]`

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token};

use super::{Slot, as_expression, at_comma_or_end, skip_until};
use crate::keywords::{DEFAULT, INPUT, OPTIONS, OUTPUT, WITH};
use crate::names;
use crate::report::Report;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    Input,
    Output,
}

impl Direction {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            INPUT => Some(Direction::Input),
            OUTPUT => Some(Direction::Output),
            _ => None,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Direction::Input => INPUT,
            Direction::Output => OUTPUT,
        }
    }
}

#[derive(Clone)]
pub(crate) struct Mark {
    pub(crate) direction: Direction,
    pub(crate) attribute: Attribute,
    pub(crate) name: Slot<(), LitStr>,
    pub(crate) with: Slot<Ident, Path>,
    pub(crate) default: Slot<Ident, ()>,
}

impl Mark {
    pub(crate) fn parse(direction: Direction, attribute: Attribute, report: &Report) -> Self {
        let mut mark = Mark {
            direction,
            attribute,
            name: Slot::Absent,
            with: Slot::Absent,
            default: Slot::Absent,
        };
        match mark.attribute.meta.clone() {
            Meta::Path(_) => {}
            Meta::List(list) if list.tokens.is_empty() => {
                let word = direction.word();
                report.over(
                    &mark.attribute.meta,
                    format!(
                        "`#[{word}()]` is empty; write `#[{word}]` for the field's own name or `#[{word}(\"...\")]` for another"
                    ),
                );
            }
            Meta::List(list) => {
                let read = |input: ParseStream<'_>| {
                    mark.read(input, report);
                    Ok(())
                };
                if let Err(error) = read.parse2(list.tokens) {
                    report.push(error);
                }
            }
            Meta::NameValue(pair) => {
                let word = direction.word();
                let value = match pair.value {
                    Expr::Lit(ExprLit {
                        lit: Lit::Str(text),
                        ..
                    }) => text.token().to_string(),
                    _ => "\"...\"".to_owned(),
                };
                report.over(
                    &mark.attribute.meta,
                    format!("expected parentheses: `#[{word}({value})]`"),
                );
            }
        }
        mark
    }

    fn read(&mut self, input: ParseStream<'_>, report: &Report) {
        let mut first = true;
        while !input.is_empty() {
            let begin = input.cursor();
            match self.part(first, input, report) {
                Ok(()) if !at_comma_or_end(input) => {
                    report.at(input.span(), "expected `,`");
                }
                Ok(()) => {}
                Err(message) => {
                    skip_until(input, at_comma_or_end);
                    report.push(syn::Error::new_range(begin..input.cursor(), message));
                }
            }
            skip_until(input, at_comma_or_end);
            let _ = input.parse::<Option<Token![,]>>();
            first = false;
        }
    }

    fn part(&mut self, first: bool, input: ParseStream<'_>, report: &Report) -> Result<(), String> {
        let word = self.direction.word();
        if let Ok(name) = input.parse::<LitStr>() {
            let shown = name.token().to_string();
            if !self.name.is_absent() {
                return Err(format!(
                    "a field has one api name; remove {shown} or write a field of its own for it"
                ));
            }
            self.name = Slot::Given((), name);
            return if first {
                Ok(())
            } else {
                Err(format!(
                    "the api name stands first: `#[{word}({shown}, ..)]`"
                ))
            };
        }
        let Ok(key) = input.call(Ident::parse_any) else {
            self.name = Slot::Wrong;
            return Err(format!(
                "expected the api name to be a string: `#[{word}(\"...\")]`"
            ));
        };
        match key.to_string().as_str() {
            WITH => {
                let path = with(input);
                fill(&mut self.with, key, path, report)
            }
            DEFAULT => {
                let flag = if at_comma_or_end(input) {
                    Ok(())
                } else {
                    Err(
                        "`default` takes no value; write `default` alone, for the type's `Default`"
                            .to_owned(),
                    )
                };
                fill(&mut self.default, key, flag, report)
            }
            typed => Err(self.unknown(typed, input)),
        }
    }

    fn unknown(&mut self, typed: &str, input: ParseStream<'_>) -> String {
        let word = self.direction.word();
        if let Some(meant) = names::nearest(typed, &OPTIONS) {
            return format!("unknown option `{typed}`; did you mean `{meant}`?");
        }
        let value = input
            .parse::<Token![=]>()
            .and_then(|_| input.parse::<LitStr>());
        if let Ok(value) = value {
            self.name = Slot::Wrong;
            return format!(
                "unknown option `{typed}`; the api name stands alone: `#[{word}({})]`",
                value.token().to_token_stream()
            );
        }
        if at_comma_or_end(input) {
            return format!(
                "unknown option `{typed}`; an api name is a string: `#[{word}(\"{typed}\")]`"
            );
        }
        format!(
            "unknown option `{typed}`; the options are {}",
            names::listed(&OPTIONS)
        )
    }
}

fn fill<T>(
    slot: &mut Slot<Ident, T>,
    key: Ident,
    value: Result<T, String>,
    report: &Report,
) -> Result<(), String> {
    if !slot.is_absent() {
        report.at(key.span(), format!("duplicate option `{key}`"));
        return Ok(());
    }
    match value {
        Ok(value) => {
            *slot = Slot::Given(key, value);
            Ok(())
        }
        Err(message) => {
            *slot = Slot::Wrong;
            Err(message)
        }
    }
}

fn with(input: ParseStream<'_>) -> Result<Path, String> {
    let expected = || "expected `with` to be a path: `with = path::to::module`".to_owned();
    input.parse::<Token![=]>().map_err(|_| expected())?;
    if let Ok(text) = input.parse::<LitStr>() {
        return Err(match text.parse::<Path>() {
            Ok(_) => format!(
                "`with` takes a path, not a string; write `with = {}`",
                text.value()
            ),
            Err(_) => expected(),
        });
    }
    let path = input.parse::<Path>().map_err(|_| expected())?;
    if at_comma_or_end(input) {
        Ok(as_expression(path))
    } else {
        Err(expected())
    }
}
