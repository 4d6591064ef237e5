//! Inputs of [`decode`](crate::decode) made from a number: mostly replies, with a few mistakes in them.

use crate::WHOLE;

/// xorshift64*: the same inputs at every run.
pub struct Dice(u64);

impl Dice {
    /// The dice of the input of this number.
    pub fn new(number: u64) -> Self {
        // splitmix64, so that neighbours have nothing in common; xorshift stays at 0 for ever
        let mut state = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((state ^ (state >> 31)) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32
    }

    fn below(&mut self, n: usize) -> usize {
        // a product in the place of a remainder: n is small
        usize::try_from((self.next() * n as u64) >> 32).unwrap_or_default()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<'p>(&mut self, parts: &[&'p [u8]]) -> &'p [u8] {
        parts[self.below(parts.len())]
    }
}

macro_rules! parts {
    ($($part:literal)*) => {
        &[$($part as &[u8],)*]
    };
}

const NAMES: &[&[u8]] = parts![
    b"a" b"b" b"c" b"d" b"e" b"a_long_name_of_an_output" b"a" b"b" b"c" b"d" b"a" b"b" b"c" b"d" b"api_name" b"" b"\\u0061" b"\xe5\x90\x8d" b"$serde_json::private::RawValue"
];

const SCALARS: &[&[u8]] = parts![
    b"null" b"true" b"false" b"0" b"1" b"-1" b"42" b"255" b"256" b"1816970091484211" b"9223372036854775807"
    b"9223372036854775808" b"-9223372036854775808" b"123456789012345678901" b"1.5" b"-0" b"0.0" b"1e3" b"1E+2"
    b"\"\"" b"\"x\"" b"\"128.50\"" b"\"0\"" b"\"a text that is longer than a few words of eight bytes\""
    b"\"\\\"quoted\\\" and \\\\\"" b"\"\\n\\t\\/\\b\"" b"\"\\u0041\\u00e9\"" b"\"\\ud83d\\ude00\"" b"\"\x7f\""
    b"\"\xe8\xb0\xa2\xe8\xb0\xa2\""
    b"\"[1]\""
];

/// What some of the library's own values are read from, and what is nothing to them.
const OWN: &[&[u8]] = parts![
    b"{\"_id\":7,\"_name\":\"x\"}" b"{\"_id\":\"7\"}" b"{\"api_name\":\"x\",\"label\":{\"zh_CN\":\"y\"}}" b"\"\"" b"{}" b"[]" b"[ ]"
    b"[\"x\",\"\",null]" b"[{},[],{\"api_name\":\"\"}]" b"\"128.50\""
];

/// What is no JSON, or is only while nobody looks closer.
const BROKEN: &[&[u8]] = parts![
    b"1e400" b"01" b"1." b"-" b".5" b"\"\\ud83d\"" b"\"\\ude00\\ud83d\"" b"\"\\ud83dx\"" b"\"\\u00\"" b"\"\\x\""
    b"\"\x01\"" b"\"\xff\"" b"tru" b"nul" b"nullx" b"'x'" b"\"\\u00e\"" b"+1" b"0x1" b"1e" b"\"\n\""
];

/// What serde_json takes for its own.
const PRIVATE: &[&[u8]] = parts![
    b"{\"$serde_json::private::RawValue\":\"1\"}"
    b"{\"$serde_json::private::RawValue\":\"[{\\\"$serde_json::private::RawValue\\\":\\\"null\\\"}]\"}"
    b"{\"$serde_json::private::RawValue\":1}" b"{\"$serde_json::private::RawValue\":\"]\"}"
    b"{\"$serde_json::private::Number\":\"1\"}" b"{\"$serde_json::private::Number\":\"x\"}"
    b"{\"$serde_json::private::Number\":1.5,\"more\":2}"
];

const SPACE: &[&[u8]] = parts![b" " b"\n" b"\t\r " b"  "];

const MISTAKES: &[&[u8]] = parts![
    b"{" b"}" b"[" b"]" b"," b":" b"\"" b"\\" b" " b"\n" b"\t" b"0" b"1" b"-" b"." b"e5" b"null" b"true" b"\x00"
    b"\x01" b"\x1f" b"\x7f" b"\xff" b"\xc3" b"\xed\xa0\x80" b"\xe8\xb0\xa2" b"\xEF\xBB\xBF" b"\\u00" b"\\u0061"
    b"\\ud83d" b"\\ude00" b"\\\"" b"\\\\" b"\"a\"" b"\"b\"" b"\"api_name\"" b"\"value\"" b"\"code\":"
    b"\"api_name\":\"a\"," b"\"value\":1," b"\"data\":{}," b"{\"api_name\":\"a\",\"value\":1}," b"[]" b"{}"
    b"\xc2\xa0"
];

/// Writes the input of this number. The same number gives the same input in every version of this file only.
pub fn write(number: u64, input: &mut Vec<u8>, scratch: &mut Vec<u8>) {
    let dice = &mut Dice::new(number);
    input.clear();
    let is_whole = dice.one_in(3);
    let how = u8::try_from(dice.below(usize::from(WHOLE))).unwrap_or_default();
    if is_whole {
        input.push(how | WHOLE);
        scratch.clear();
        out_params(dice, scratch);
        body(dice, input, scratch);
    } else {
        input.push(how);
        out_params(dice, input);
    }
    for _ in 0..dice.below(8).saturating_sub(5) {
        mistake(dice, input);
    }
}

fn mistake(dice: &mut Dice, input: &mut Vec<u8>) {
    let at = 1 + dice.below(input.len());
    let end = (at + dice.below(2) * dice.below(6)).min(input.len());
    match dice.below(4) {
        0 => drop(input.drain(at..end)),
        1 if at < input.len() => input[at] ^= 1 << dice.below(8),
        2 => input.truncate(at.max(input.len().saturating_sub(8))),
        _ => drop(input.splice(at..end, dice.of(MISTAKES).iter().copied())),
    }
}

fn out_params(dice: &mut Dice, to: &mut Vec<u8>) {
    match dice.below(32) {
        0 => {
            return to.extend_from_slice(
                dice.of(parts![b"" b" " b"null" b"[]" b"{}" b" [ ] " b"[null]"]),
            );
        }
        1 => return object(dice, to, 2),
        _ => {}
    }
    to.push(b'[');
    // in the flows' own order, in the reverse one, or in none
    let order = dice.below(4);
    let count = if dice.one_in(8) {
        dice.below(7)
    } else {
        4 + dice.below(2)
    };
    for nth in 0..count {
        if nth > 0 {
            to.push(b',');
        }
        let name = match order {
            0 | 1 => NAMES[nth],
            2 => NAMES[count - 1 - nth],
            _ => dice.of(NAMES),
        };
        pair(dice, to, name);
    }
    to.push(b']');
    if dice.one_in(16) {
        to.extend_from_slice(dice.of(SPACE));
    }
}

fn pair(dice: &mut Dice, to: &mut Vec<u8>, name: &[u8]) {
    space(dice, to);
    to.push(b'{');
    match dice.below(24) {
        // another order
        0 => {
            value_of(dice, to, name);
            to.push(b',');
            api_name(dice, to, name);
        }
        // other keys in front and behind
        1 => {
            other_key(dice, to);
            value(dice, to, 2);
            to.push(b',');
            api_name(dice, to, name);
            to.push(b',');
            value_of(dice, to, name);
        }
        2 => {
            api_name(dice, to, name);
            to.push(b',');
            value_of(dice, to, name);
            to.push(b',');
            other_key(dice, to);
            value(dice, to, 2);
        }
        // one is missing
        3 if dice.one_in(2) => api_name(dice, to, name),
        3 => value_of(dice, to, name),
        _ => {
            api_name(dice, to, name);
            to.push(b',');
            value_of(dice, to, name);
        }
    }
    to.push(b'}');
    space(dice, to);
}

fn value_of(dice: &mut Dice, to: &mut Vec<u8>, name: &[u8]) {
    key(dice, to, b"value");
    if dice.one_in(5) {
        return value(dice, to, 3);
    }
    // what most of the flows want of that name
    to.extend_from_slice(match name {
        b"a" => dice.of(parts![b"7" b"1816970091484211" b"-1"]),
        b"b" => dice.of(parts![b"\"x\"" b"\"128.50\"" b"\"\\u8c22\\n\""]),
        b"c" => dice.of(parts![b"[1,2]" b"[]" b"null"]),
        _ => dice.of(parts![b"null" b"true" b"null"]),
    });
}

fn other_key(dice: &mut Dice, to: &mut Vec<u8>) {
    let other = dice.of(
        parts![b"type" b"value" b"api_name" b"v\\u0061lue" b"\\ud83d" b"" b"\xff" b"\xe9\x94\xae"],
    );
    key(dice, to, other);
}

fn api_name(dice: &mut Dice, to: &mut Vec<u8>, name: &[u8]) {
    key(dice, to, b"api_name");
    if dice.one_in(512) {
        return value(dice, to, 1);
    }
    to.push(b'"');
    to.extend_from_slice(if dice.one_in(256) { b"\\ud83d" } else { name });
    to.push(b'"');
}

fn key(dice: &mut Dice, to: &mut Vec<u8>, key: &[u8]) {
    space(dice, to);
    to.push(b'"');
    to.extend_from_slice(key);
    to.push(b'"');
    space(dice, to);
    to.push(b':');
    space(dice, to);
}

fn space(dice: &mut Dice, to: &mut Vec<u8>) {
    if dice.one_in(16) {
        to.extend_from_slice(dice.of(SPACE));
    }
}

fn value(dice: &mut Dice, to: &mut Vec<u8>, depth: usize) {
    match dice.below(if depth == 0 { 10 } else { 16 }) {
        0..=3 => {
            to.extend_from_slice(dice.of(parts![b"7" b"\"x\"" b"true" b"null" b"[1,2]" b"12.5"]))
        }
        4 => to.extend_from_slice(dice.of(OWN)),
        5..=8 => to.extend_from_slice(dice.of(SCALARS)),
        9 if dice.one_in(64) => deep(dice, to),
        9 if dice.one_in(2) => to.extend_from_slice(dice.of(BROKEN)),
        9 => to.extend_from_slice(dice.of(PRIVATE)),
        10..=12 => {
            to.push(b'[');
            for nth in 0..dice.below(4) {
                if nth > 0 {
                    to.push(b',');
                }
                value(dice, to, depth - 1);
            }
            to.push(b']');
        }
        _ => object(dice, to, depth - 1),
    }
}

fn object(dice: &mut Dice, to: &mut Vec<u8>, depth: usize) {
    to.push(b'{');
    for nth in 0..dice.below(4) {
        if nth > 0 {
            to.push(b',');
        }
        let name = dice.of(NAMES);
        key(dice, to, name);
        value(dice, to, depth);
    }
    to.push(b'}');
}

/// Around serde_json's limit of 128. The innermost may be a level of its own, and what serde_json takes for its own.
fn deep(dice: &mut Dice, to: &mut Vec<u8>) {
    let (open, close): (&[u8], &[u8]) = if dice.one_in(2) {
        (b"[", b"]")
    } else {
        (b"{\"k\":", b"}")
    };
    let depth = 120 + dice.below(16);
    for _ in 0..depth {
        to.extend_from_slice(open);
    }
    let innermost = if dice.one_in(2) {
        dice.of(parts![b"1" b"\"\"" b"[]" b"{}"])
    } else {
        dice.of(PRIVATE)
    };
    to.extend_from_slice(innermost);
    for _ in 0..depth {
        to.extend_from_slice(close);
    }
}

fn body(dice: &mut Dice, to: &mut Vec<u8>, out_params: &[u8]) {
    if dice.one_in(64) {
        to.extend_from_slice(b"\xEF\xBB\xBF");
    }
    space(dice, to);
    to.push(b'{');
    let first = dice.below(3);
    for nth in 0..3 {
        if nth > 0 {
            to.push(b',');
        }
        match (first + nth) % 3 {
            0 => {
                key(dice, to, b"code");
                match dice.below(16) {
                    0 => value(dice, to, 1),
                    1 => to.extend_from_slice(
                        dice.of(parts![b"\"0\"" b"0.0" b"-0" b"00" b"2320001" b"99991400"]),
                    ),
                    _ => to.push(b'0'),
                }
            }
            1 => {
                key(dice, to, b"msg");
                scalar_or(dice, to, b"\"success\"");
            }
            _ => {
                key(dice, to, b"data");
                match dice.below(32) {
                    0 => value(dice, to, 1),
                    _ => data(dice, to, out_params),
                }
            }
        }
        if dice.one_in(32) {
            to.push(b',');
            let more = dice.of(
                parts![b"code" b"msg" b"data" b"error" b"more" b"\xff" b"c\\u006fde" b"\\ud83d"],
            );
            key(dice, to, more);
            value(dice, to, 2);
        }
    }
    to.push(b'}');
    space(dice, to);
}

fn data(dice: &mut Dice, to: &mut Vec<u8>, out_params: &[u8]) {
    to.push(b'{');
    let first = dice.below(5);
    for nth in 0..5 {
        if nth > 0 {
            to.push(b',');
        }
        match (first + nth) % 5 {
            0 => {
                key(dice, to, b"status");
                let status = dice.of(parts![
                    b"\"end\"" b"\"end\"" b"\"end\"" b"\"agreed\"" b"\"\"" b"null" b"\"wait\"" b"\"failed\""
                    b"\"new\"" b"\"e\\u006ed\""
                ]);
                to.extend_from_slice(status);
            }
            1 => {
                key(dice, to, b"out_params");
                if dice.one_in(32) {
                    scalar_or(dice, to, out_params);
                } else {
                    escaped(dice, to, out_params);
                }
            }
            2 => {
                key(dice, to, b"execution_id");
                scalar_or(dice, to, b"\"1816970091484211\"");
            }
            3 => {
                key(dice, to, b"error_msg");
                scalar_or(dice, to, b"\"\"");
            }
            _ => {
                key(dice, to, b"code");
                scalar_or(dice, to, b"\"\"");
            }
        }
        if dice.one_in(32) {
            to.push(b',');
            let more = dice.of(
                parts![b"status" b"out_params" b"code" b"more" b"\xff" b"c\\u006fde" b"\\ud83d"],
            );
            key(dice, to, more);
            value(dice, to, 2);
        }
    }
    to.push(b'}');
}

fn scalar_or(dice: &mut Dice, to: &mut Vec<u8>, usual: &[u8]) {
    if dice.one_in(16) {
        value(dice, to, 1);
    } else {
        to.extend_from_slice(usual);
    }
}

/// As a JSON string; quotes and backslashes in one of the two ways that there are.
fn escaped(dice: &mut Dice, to: &mut Vec<u8>, text: &[u8]) {
    let is_unusual = dice.one_in(8);
    to.push(b'"');
    for byte in text {
        match byte {
            b'"' if is_unusual && dice.one_in(4) => to.extend_from_slice(b"\\u0022"),
            b'\\' if is_unusual && dice.one_in(4) => to.extend_from_slice(b"\\u005C"),
            b'"' | b'\\' => to.extend_from_slice(&[b'\\', *byte]),
            b'\n' => to.extend_from_slice(b"\\n"),
            b'\t' => to.extend_from_slice(b"\\t"),
            b'\r' => to.extend_from_slice(b"\\r"),
            b'/' if is_unusual => to.extend_from_slice(b"\\/"),
            0x20.. => to.push(*byte),
            _ => to.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
    }
    to.push(b'"');
}
