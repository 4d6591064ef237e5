//! A server of canned replies, so that the client is what is measured: it reads each request to the end and answers
//! with prepared bytes. It prints its address on the first line and runs until killed.

use std::io;
use std::sync::Arc;

use apaas_flow::wire;
use reply::{Large, Sample, Small};
use scale::{Fetch, TOKEN_PATH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let replies = Arc::new(Replies(vec![
        (wire::path::<Fetch<Small>>(), response(&Small::reply())),
        (wire::path::<Fetch<Large>>(), response(&Large::reply())),
        (
            TOKEN_PATH.to_owned(),
            response(br#"{"code":0,"msg":"ok","tenant_access_token":"t-g1044qeGEDXTB6NDJOGV4JQCYDGHRBARFTGT1234","expire":7200}"#),
        ),
    ]));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let replies = replies.clone();
        // a client that disconnects ends only its own connection
        tokio::spawn(async move { serve(stream, &replies).await });
    }
}

/// Complete responses by path.
struct Replies(Vec<(String, Vec<u8>)>);

impl Replies {
    fn to(&self, path: &str) -> io::Result<&[u8]> {
        let found = self.0.iter().find(|(known, _)| known == path);
        found
            .map(|(_, response)| &**response)
            .ok_or_else(|| io::Error::other(format!("nothing is known of {path}")))
    }
}

fn response(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nX-Tt-Logid: 20261122093000C0FFEE0123456789ABCD\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

async fn serve(mut stream: TcpStream, replies: &Replies) -> io::Result<()> {
    let mut read = Vec::with_capacity(4096);
    loop {
        while let Some((response, length)) = answer(&read, replies)? {
            stream.write_all(response).await?;
            read.drain(..length);
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    }
}

/// The response to the request at the start of these bytes, and the request's length; none while it is incomplete.
fn answer<'r>(read: &[u8], replies: &'r Replies) -> io::Result<Option<(&'r [u8], usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let head = match request.parse(read).map_err(io::Error::other)? {
        httparse::Status::Complete(head) => head,
        httparse::Status::Partial => return Ok(None),
    };
    let body: usize = request
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok())
        .unwrap_or_default();
    if read.len() < head + body {
        return Ok(None);
    }
    let response = replies.to(request.path.unwrap_or_default())?;
    Ok(Some((response, head + body)))
}
