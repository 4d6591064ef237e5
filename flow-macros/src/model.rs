//! What was written, with every default resolved. Tokens are kept for their spans.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Attribute, Generics, LitStr, Path, Token, Type, Visibility};

use crate::attributes;
use crate::ctxt::Ctxt;
use crate::parse::Parsed;
use crate::parse::arguments::{Argument, Arguments, Name};
use crate::parse::field_attr::{Direction, FieldAttr};
use crate::parse::item::{self, Body, Struct};
use crate::types;

#[expect(
    clippy::struct_field_names,
    reason = "`flow_id` is what the platform and the user call it"
)]
pub(crate) struct Flow {
    pub(crate) crate_path: CratePath,
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
pub(crate) enum CratePath {
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
    pub(crate) input: Option<FieldBinding>,
    pub(crate) output: Option<FieldBinding>,
    /// Neither was written: where it stands is a guess.
    pub(crate) unmarked: bool,
}

/// A field as an input or as an output of the flow.
pub(crate) struct FieldBinding {
    pub(crate) direction: Direction,
    pub(crate) name: ApiName,
    pub(crate) field_attr: Option<Attribute>,
    pub(crate) with: Option<(Ident, Path)>,
    pub(crate) default: Option<Ident>,
    /// Something in its attribute was reported already.
    pub(crate) has_errors: bool,
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
    pub(crate) fn resolve(arguments: Arguments, item: Struct, cx: &Ctxt) -> Self {
        let missing = arguments.missing();
        let fields = resolve_fields(item.fields, cx);
        let has_output_fields = fields.iter().any(|field| field.output.is_some());
        let output = match arguments.output.given() {
            _ if has_output_fields => Output::Fields,
            Some((_, ty)) if !types::is_unit(ty) => Output::Type(Box::new(ty.clone())),
            _ => Output::Nothing,
        };
        Flow {
            crate_path: CratePath::from(&arguments.krate),
            methods: match arguments.methods {
                Parsed::Absent => true,
                Parsed::Wrong => false,
                Parsed::Given(_, methods) => methods,
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

    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&Field, &FieldBinding)> {
        self.fields
            .iter()
            .filter_map(|field| Some((field, field.input.as_ref()?)))
    }

    pub(crate) fn outputs(&self) -> impl Iterator<Item = (&Field, &FieldBinding)> {
        self.fields
            .iter()
            .filter_map(|field| Some((field, field.output.as_ref()?)))
    }
}

pub(crate) fn output_ident(ident: &Ident) -> Ident {
    format_ident!("{}Output", ident.unraw(), span = ident.span())
}

impl From<&Argument<Path>> for CratePath {
    fn from(argument: &Argument<Path>) -> Self {
        match argument {
            Parsed::Absent => CratePath::Standard,
            Parsed::Wrong => CratePath::Unknown,
            Parsed::Given(_, path) => CratePath::At(path.clone()),
        }
    }
}

fn resolve_fields(fields: Vec<item::Field>, cx: &Ctxt) -> Vec<Field> {
    let known: Vec<Option<Direction>> = fields
        .iter()
        .map(|field| {
            field
                .ours
                .first()
                .map(|field_attr| field_attr.direction)
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
        .map(|(field, guess)| Field::resolve(field, guess, cx))
        .collect()
}

impl Field {
    fn resolve(field: item::Field, guess: Direction, cx: &Ctxt) -> Self {
        let unmarked = field.ours.is_empty() && field.meant.is_none();
        let mut input = None;
        let mut output = None;
        for field_attr in field.ours {
            let (binding, word) = match field_attr.direction {
                Direction::Input => (&mut input, field_attr.direction.word()),
                Direction::Output => (&mut output, field_attr.direction.word()),
            };
            if binding.is_some() {
                cx.error_spanned_by(
                    &field_attr.attribute,
                    format!("duplicate `#[{word}]`; a field has one api name on each side"),
                );
            } else {
                *binding = Some(FieldBinding::resolve(field_attr, &field.ident));
            }
        }
        if input.is_none() && output.is_none() {
            match guess {
                Direction::Input => input = Some(FieldBinding::guessed(guess, &field.ident)),
                Direction::Output => output = Some(FieldBinding::guessed(guess, &field.ident)),
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
            .map(attributes::expect_to_allow)
            .collect()
    }

    pub(crate) fn reading<'a>(&'a self, binding: &'a FieldBinding) -> Reading<'a> {
        // an optional input is left out of the request when it is none
        let may_be_absent = binding.default.is_some()
            || binding.direction == Direction::Input && types::option_content(&self.ty).is_some();
        match (&binding.with, types::nullable_content(&self.ty)) {
            (Some((_, path)), _) if may_be_absent => Reading::WithOrDefault(path),
            (Some((_, path)), _) => Reading::With(path),
            (None, _) if binding.default.is_some() => Reading::OrDefault,
            (None, Some(content)) => Reading::Nullable(content),
            (None, None) => Reading::Plain,
        }
    }
}

impl FieldBinding {
    fn resolve(field_attr: FieldAttr, field: &Ident) -> Self {
        let name = match field_attr.name.given() {
            Some(((), literal)) => ApiName {
                text: literal.value(),
                written: literal.to_token_stream(),
                is_literal: true,
            },
            None => ApiName::own(field),
        };
        let given = |parsed: &Parsed<Ident, Path>| {
            parsed
                .given()
                .map(|(key, path)| (key.clone(), path.clone()))
        };
        FieldBinding {
            direction: field_attr.direction,
            name,
            with: given(&field_attr.with),
            default: field_attr.default.given().map(|(key, ())| key.clone()),
            has_errors: field_attr.name.is_wrong()
                || field_attr.with.is_wrong()
                || field_attr.default.is_wrong(),
            field_attr: Some(field_attr.attribute),
        }
    }

    fn guessed(direction: Direction, field: &Ident) -> Self {
        FieldBinding {
            direction,
            name: ApiName::own(field),
            field_attr: None,
            with: None,
            default: None,
            has_errors: true,
        }
    }
}

impl ApiName {
    /// What stands in front of other options: `"variable_a", `, and nothing where the field's own name is used.
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
