//! The item below the attribute.

use apaas_flow_contract::suggest;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Generics, Token, Type, Visibility, token};

use super::field_attr::{Direction, FieldAttr};
use super::{at_comma_or_end, skip_until};
use crate::attributes;
use crate::ctxt::Ctxt;
use crate::keywords::{ATTRIBUTE, FIELD_ATTRS, INPUT, ITEMS, MODIFIERS, OUTPUT};

pub(crate) enum Item {
    Struct(Struct),
    Other(OtherItem),
}

pub(crate) struct Struct {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) token: Token![struct],
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) body: Body,
    pub(crate) fields: Vec<Field>,
}

/// The user's own braces: rustc's words about the struct then point at it and not at the attribute.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    Braces(token::Brace),
    Unit(Token![;]),
}

pub(crate) struct Field {
    /// Without our own.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    pub(crate) colon: Token![:],
    pub(crate) ty: Type,
    /// `= 5`, as far as rustc accepts it.
    pub(crate) default: TokenStream,
    pub(crate) ours: Vec<FieldAttr>,
    /// An attribute of ours that was misspelt or put into `cfg_attr`, and reported.
    pub(crate) meant: Option<Direction>,
    /// It has no type yet.
    is_half_typed: bool,
}

/// An item that cannot be a flow.
pub(crate) struct OtherItem {
    /// Without our attributes.
    pub(crate) tokens: TokenStream,
    pub(crate) named: Option<(Visibility, Ident, Generics)>,
}

impl Item {
    pub(crate) fn parse(tokens: TokenStream, cx: &Ctxt) -> Self {
        let read = |input: ParseStream<'_>| Struct::parse(input, cx);
        match read.parse2(tokens.clone()) {
            Ok(Some(item)) => Item::Struct(item),
            Ok(None) => {
                cx.error_at(
                    keyword(tokens.clone()),
                    format!("`#[{ATTRIBUTE}]` can only be applied to a struct with named fields"),
                );
                Item::Other(OtherItem::new(tokens))
            }
            Err(error) => {
                cx.syn_error(error);
                Item::Other(OtherItem::new(tokens))
            }
        }
    }
}

impl Struct {
    /// `None`: something else than a struct with named fields.
    fn parse(input: ParseStream<'_>, cx: &Ctxt) -> syn::Result<Option<Self>> {
        let rest = || skip_until(input, |_| false);
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !input.peek(Token![struct]) {
            rest();
            return Ok(None);
        }
        let token = input.parse()?;
        // which words are names depends on the edition, and rustc has read them
        let ident = input.call(Ident::parse_any)?;
        let mut generics: Generics = input.parse()?;
        if input.peek(token::Paren) {
            rest();
            return Ok(None);
        }
        generics.where_clause = input.parse()?;
        let (body, fields) = if input.peek(Token![;]) {
            (Body::Unit(input.parse()?), Vec::new())
        } else {
            let content;
            let braces = syn::braced!(content in input);
            (Body::Braces(braces), Field::parse_all(&content, cx))
        };
        let attributes = without_second(attributes, cx);
        Ok(Some(Struct {
            attributes,
            visibility,
            token,
            ident,
            generics,
            body,
            fields,
        }))
    }
}

fn without_second(attributes: Vec<Attribute>, cx: &Ctxt) -> Vec<Attribute> {
    let is_ours = |attribute: &Attribute| {
        attribute
            .path()
            .segments
            .last()
            .is_some_and(|segment| segment.ident == ATTRIBUTE)
    };
    let (second, others): (Vec<_>, Vec<_>) = attributes.into_iter().partition(is_ours);
    for attribute in second {
        cx.error_spanned_by(
            attribute,
            format!("only one `#[{ATTRIBUTE}]` is allowed on a struct"),
        );
    }
    others
}

impl Field {
    fn parse_all(input: ParseStream<'_>, cx: &Ctxt) -> Vec<Self> {
        let mut fields: Vec<Self> = Vec::new();
        let mut is_after_comma = true;
        while !input.is_empty() {
            if only_docs_are_left(input) {
                // rustc has said so
                skip_until(input, |_| false);
                break;
            }
            match Field::parse(input, cx) {
                Ok(mut field) => {
                    // where a field ends is a guess then, and so is which of two an attribute was meant for
                    if (field.is_half_typed || !is_after_comma) && field.ours.is_empty() {
                        let before = fields.last().and_then(Field::direction);
                        field.meant = field.meant.or(before).or(Some(Direction::Input));
                    }
                    fields.push(field);
                }
                Err(error) => cx.syn_error(error),
            }
            skip_until(input, |input| input.peek(Token![,]) || starts_field(input));
            is_after_comma = input
                .parse::<Option<Token![,]>>()
                .is_ok_and(|comma| comma.is_some());
        }
        fields
    }

    fn direction(&self) -> Option<Direction> {
        let marked = self.ours.first().map(|field_attr| field_attr.direction);
        marked.or(self.meant)
    }

    fn parse(input: ParseStream<'_>, cx: &Ctxt) -> syn::Result<Self> {
        let written = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let ident = input.call(Ident::parse_any)?;
        let colon: Option<Token![:]> = input.parse()?;
        let ty = match colon {
            Some(_) => type_or_tokens(input),
            None => None,
        };
        let is_half_typed = ty.is_none();
        let ty = ty.unwrap_or_else(|| {
            let expected = format!("expected a type for `{ident}`: `{ident}: Type`");
            Type::Verbatim(cx.error_in_place(ident.span(), expected))
        });
        let begin = input.cursor();
        skip_until(input, |input| at_comma_or_end(input) || starts_field(input));
        let default = between(begin, input.cursor());
        if !is_half_typed && starts_field(input) {
            cx.error_at(input.span(), "expected `,` between two fields");
        }

        let mut attributes = Vec::new();
        let mut ours = Vec::new();
        let mut meant = None;
        for attribute in written {
            let name = attribute
                .path()
                .get_ident()
                .map(ToString::to_string)
                .unwrap_or_default();
            match Direction::named(&name) {
                Some(direction) => ours.push(FieldAttr::parse(direction, attribute, cx)),
                None => match conditional_field_attr(&attribute) {
                    Some(direction) => {
                        meant = Some(direction);
                        report_conditional(&attribute, direction, cx);
                    }
                    None => attributes.push(attribute),
                },
            }
        }
        if ours.is_empty() && meant.is_none() && !is_half_typed {
            meant = take_misspelt_field_attr(&mut attributes, cx);
        }
        Ok(Field {
            attributes,
            visibility,
            ident,
            colon: colon.unwrap_or_default(),
            ty,
            default,
            ours,
            meant,
            is_half_typed,
        })
    }
}

fn only_docs_are_left(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead
        .call(Attribute::parse_outer)
        .is_ok_and(|written| written.iter().all(attributes::is_doc_text))
        && ahead.is_empty()
}

/// Where one field ends without a comma because it is still being typed, the next one begins like this.
fn starts_field(input: ParseStream<'_>) -> bool {
    input.peek(Token![#]) && input.peek2(token::Bracket)
        || input.peek(Token![pub])
        || input.peek(syn::Ident) && input.peek2(Token![:]) && !input.peek2(Token![::])
}

/// What syn does not know may still be a type: rustc will tell.
fn type_or_tokens(input: ParseStream<'_>) -> Option<Type> {
    let ahead = input.fork();
    if let Ok(parsed) = ahead.parse::<Type>() {
        if at_comma_or_end(&ahead) || ahead.peek(Token![=]) || starts_field(&ahead) {
            input.advance_to(&ahead);
            return Some(parsed);
        }
    }
    let begin = input.cursor();
    let mut depth = 0_usize;
    let mut last = ' ';
    while !input.is_empty() && (depth > 0 || !input.peek(Token![,])) {
        let is_next_field = match depth {
            0 => starts_field(input),
            _ => input.peek(Token![#]) || input.peek(Token![pub]),
        };
        if is_next_field {
            break;
        }
        let Ok(token) = input.parse::<TokenTree>() else {
            break;
        };
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if last != '-' => depth = depth.saturating_sub(1),
                _ => {}
            }
            last = punct.as_char();
        } else {
            last = ' ';
        }
    }
    // half a type is none
    let is_whole = depth == 0 && begin != input.cursor();
    is_whole.then(|| Type::Verbatim(between(begin, input.cursor())))
}

fn between(begin: syn::buffer::Cursor<'_>, end: syn::buffer::Cursor<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut cursor = begin;
    while cursor != end {
        let Some((token, next)) = cursor.token_tree() else {
            break;
        };
        tokens.extend([token]);
        cursor = next;
    }
    tokens
}

/// `#[cfg_attr(x, input(..))]`
fn conditional_field_attr(attribute: &Attribute) -> Option<Direction> {
    if !attribute.path().is_ident(crate::keywords::CFG_ATTR) {
        return None;
    }
    let tokens = attribute.meta.require_list().ok()?.tokens.clone();
    let mut after_comma = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if after_comma => {
                if let Some(direction) = Direction::named(&ident.to_string()) {
                    return Some(direction);
                }
                after_comma = false;
            }
            TokenTree::Punct(punct) => after_comma = punct.as_char() == ',',
            _ => after_comma = false,
        }
    }
    None
}

fn report_conditional(attribute: &Attribute, direction: Direction, cx: &Ctxt) {
    let word = direction.word();
    cx.error_spanned_by(
        &attribute.meta,
        format!(
            "`#[{ATTRIBUTE}]` cannot see `#[{word}]` inside `cfg_attr`; write a field for each case, with `#[cfg(..)]` and an `#[{word}]` of its own"
        ),
    );
}

/// `#[ouput("...")]` on a field that is not marked otherwise.
fn take_misspelt_field_attr(attributes: &mut Vec<Attribute>, cx: &Ctxt) -> Option<Direction> {
    let (at, typed, meant) = attributes.iter().enumerate().find_map(|(at, attribute)| {
        let typed = attribute.path().get_ident()?.to_string();
        let meant = suggest::nearest(&typed, FIELD_ATTRS)?;
        Some((at, typed, meant))
    })?;
    let attribute = attributes.remove(at);
    cx.error_spanned_by(
        attribute.path(),
        format!("unknown attribute `#[{typed}]`; did you mean `#[{meant}]`?"),
    );
    Direction::named(meant)
}

impl OtherItem {
    fn new(tokens: TokenStream) -> Self {
        let header = |input: ParseStream<'_>| {
            input.call(Attribute::parse_outer)?;
            let visibility: Visibility = input.parse()?;
            let keyword = input.call(Ident::parse_any)?;
            let is_type = keyword == "struct" || keyword == "enum" || keyword == "union";
            let named: Option<(Ident, Generics)> = if is_type {
                Some((input.parse()?, input.parse()?))
            } else {
                None
            };
            skip_until(input, |input| {
                input.peek(Token![where]) || input.peek(token::Brace)
            });
            let clause = if input.peek(Token![where]) {
                input.parse()?
            } else {
                None
            };
            skip_until(input, |_| false);
            Ok(named.map(|(ident, mut generics)| {
                generics.where_clause = clause;
                (visibility, ident, generics)
            }))
        };
        let named = header.parse2(tokens.clone()).ok().flatten();
        let tokens = if named.is_some() {
            without_field_attrs(tokens)
        } else {
            tokens
        };
        OtherItem { tokens, named }
    }
}

/// The tokens of a type's definition without `#[input..]`, `#[output..]` and a second attribute of ours.
fn without_field_attrs(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => match tokens.peek() {
                Some(TokenTree::Group(group)) if is_ours(group.stream()) => {
                    tokens.next();
                }
                _ => out.extend([token]),
            },
            TokenTree::Group(group) => {
                let mut inner =
                    proc_macro2::Group::new(group.delimiter(), without_field_attrs(group.stream()));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            _ => out.extend([token]),
        }
    }
    out
}

fn is_ours(attribute: TokenStream) -> bool {
    attribute.into_iter().next().is_some_and(|first| {
        let first = first.to_string();
        [INPUT, OUTPUT, ATTRIBUTE].contains(&first.as_str())
    })
}

/// The word that says what the item is.
fn keyword(tokens: TokenStream) -> Span {
    let mut found: Option<Ident> = None;
    for token in tokens {
        let TokenTree::Ident(ident) = token else {
            continue;
        };
        let is_keyword = ITEMS.iter().any(|item| ident == item);
        // `const fn`, `async unsafe fn`, `unsafe impl`
        let was_modifier = found
            .as_ref()
            .is_none_or(|found| MODIFIERS.iter().any(|word| found == word));
        if !was_modifier {
            break;
        }
        if is_keyword {
            found = Some(ident);
        }
    }
    found.map_or_else(Span::call_site, |ident| ident.span())
}
