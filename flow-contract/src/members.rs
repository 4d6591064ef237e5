//! The members of an object, in the order of the file.

use crate::json;

/// Names in the file's order, with something under each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members<T>(Vec<(String, T)>);

impl<T> Members<T> {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// What is under a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        let (_, value) = self.iter().find(|(known, _)| *known == name)?;
        Some(value)
    }

    /// Puts a value under a name; a new name in front of the first that comes later in the alphabet.
    pub fn put_alphabetically(&mut self, name: &str, value: T) {
        self.put(name, value, |known| known > name);
    }

    /// Puts a value under a name; a new key in front of the first that comes later in this order.
    pub(crate) fn put_in_order(&mut self, key: &str, value: T, order: &[&str]) {
        let rank = |key: &str| order.iter().position(|known| *known == key);
        let own = rank(key);
        // a key that is not ours has no rank, and is never later
        self.put(key, value, |known| rank(known) > own);
    }

    fn put(&mut self, name: &str, value: T, is_later: impl Fn(&str) -> bool) {
        if let Some((_, known)) = self.0.iter_mut().find(|(known, _)| known == name) {
            *known = value;
            return;
        }
        let place = self.names().position(is_later);
        self.0
            .insert(place.unwrap_or(self.0.len()), (name.to_owned(), value));
    }

    pub(crate) fn push(&mut self, name: String, value: T) {
        self.0.push((name, value));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }
}

/// Members as the texts of their values.
impl Members<String> {
    pub(crate) fn string(&self, key: &str) -> Option<String> {
        json::unquoted(self.get(key)?)
    }

    pub(crate) fn boolean(&self, key: &str) -> Option<bool> {
        self.get(key).map(|text| text == "true")
    }

    /// One that says the same already stays as it is written.
    pub(crate) fn set_string(&mut self, key: &str, value: &str, order: &[&str]) {
        if self.string(key).as_deref() != Some(value) {
            self.put_in_order(key, json::quoted(value), order);
        }
    }

    pub(crate) fn set_true(&mut self, key: &str, order: &[&str]) {
        self.put_in_order(key, true.to_string(), order);
    }
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
