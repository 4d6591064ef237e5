//! A server that answers exactly what a test tells it to. It knows nothing about the platform.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use apaas_flow::{Client, ClientBuilder, Operator, Quota, RetryPolicy};

/// A request as received.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn is_token(&self) -> bool {
        self.path.ends_with("/tenant_access_token/internal")
    }
}

/// What the server does with a request.
#[derive(Clone)]
pub enum Answer {
    /// A status, headers and a body.
    Reply(u16, Vec<(&'static str, String)>, String),
    /// Sends these bytes, then closes the connection.
    Raw(Vec<u8>),
    /// These bytes, and the connection stays.
    Bytes(Vec<u8>),
    /// These bytes, and then nothing, ever.
    Stall(Vec<u8>),
    /// The connection is closed.
    Close,
    /// Never answers.
    Silence,
}

pub fn json(body: impl Into<String>) -> Answer {
    Answer::Reply(200, Vec::new(), body.into())
}

pub fn status(status: u16, body: impl Into<String>) -> Answer {
    Answer::Reply(status, Vec::new(), body.into())
}

/// The token endpoint's success reply.
pub fn token(token: &str, expire: u32) -> Answer {
    json(format!(
        r#"{{"code":0,"msg":"ok","tenant_access_token":"{token}","expire":{expire}}}"#
    ))
}

pub struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
    closed: Arc<AtomicUsize>,
}

impl Server {
    /// Answers every request with the closure.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answer, seen) = (Arc::new(answer), requests.clone());
        let (connections, closed) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (opened, ended) = (connections.clone(), closed.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                opened.fetch_add(1, Ordering::SeqCst);
                let (answer, seen, ended) = (answer.clone(), seen.clone(), ended.clone());
                thread::spawn(move || {
                    serve(stream.unwrap(), &*answer, &seen);
                    ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            url,
            requests,
            connections,
            closed,
        }
    }

    /// Answers token requests with a token and all others with the closure.
    pub fn platform(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(move |request| {
            if request.is_token() {
                token("t-1", 7200)
            } else {
                answer(request)
            }
        })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A builder for a client of this server: no rate limit, and negligible backoff.
    pub fn builder(&self) -> ClientBuilder {
        let ms = std::time::Duration::from_millis;
        Client::builder()
            .quota(Quota::UNLIMITED)
            .retry(RetryPolicy::default().backoff(ms(1), ms(5)))
            .app_credentials("cli_a1b2", "s3cr3t")
            .operator(Operator::id(1111))
            .base_url(&*self.url)
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many of them have closed.
    pub fn closed(&self) -> usize {
        self.closed.load(Ordering::SeqCst)
    }

    /// All requests except those for a token.
    pub fn executions(&self) -> Vec<Request> {
        self.requests()
            .into_iter()
            .filter(|request| !request.is_token())
            .collect()
    }

    /// The requests for a token.
    pub fn token_requests(&self) -> Vec<Request> {
        self.requests()
            .into_iter()
            .filter(Request::is_token)
            .collect()
    }
}

fn serve(stream: TcpStream, answer: &dyn Fn(&Request) -> Answer, seen: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        seen.lock().unwrap().push(request.clone());
        match answer(&request) {
            Answer::Reply(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head.extend([name, ": ", &value, "\r\n"]);
                }
                // in one write, or Nagle's algorithm delays the rest
                if stream
                    .write_all(format!("{head}\r\n{body}").as_bytes())
                    .is_err()
                {
                    return;
                }
            }
            Answer::Raw(bytes) => {
                let _ = stream.write_all(&bytes);
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            Answer::Close => {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            Answer::Bytes(bytes) => {
                if stream.write_all(&bytes).is_err() {
                    return;
                }
            }
            Answer::Stall(bytes) => {
                let _ = stream.write_all(&bytes);
                let _ = reader.read_to_end(&mut Vec::new()); // until the client goes away
                return;
            }
            Answer::Silence => {
                let mut rest = Vec::new();
                let _ = reader.read_to_end(&mut rest); // until the client goes away
                return;
            }
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned()).filter(|line| !line.is_empty())
    };
    let path = line()?.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    while let Some(header) = line() {
        let (name, value) = header.split_once(": ")?;
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")?
        .1
        .parse()
        .ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        path,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}
