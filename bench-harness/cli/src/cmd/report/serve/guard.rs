//! What every request must be, before anything looks at it.
//!
//! A web page of somebody else can make a browser on this machine send requests here. It cannot read the answers,
//! unless its own name is made to point to this machine (DNS rebinding): so the name that is asked for must be
//! `localhost` or an address, which no such page has. And it may not make the planner work: so a request that a
//! browser says comes from another site is refused.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// The longest address: every flag there is fits several times over.
const ADDRESS_BYTES: usize = 4_096;

/// Lets good requests through, and adds to every answer what a browser must know of it.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let mut response = match check(request.method(), request.uri().to_string().len(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err((status, why)) => (status, format!("{why}\n")).into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

type Refusal = (StatusCode, &'static str);

fn check(method: &Method, address_bytes: usize, headers: &HeaderMap) -> Result<(), Refusal> {
    if *method != Method::GET && *method != Method::HEAD {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "only GET: nothing can be changed here"));
    }
    if address_bytes > ADDRESS_BYTES {
        return Err((StatusCode::URI_TOO_LONG, "the address is too long"));
    }
    let has_body = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0");
    if has_body || headers.contains_key(header::TRANSFER_ENCODING) {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "a request has no body here"));
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(is_address) {
        return Err((StatusCode::FORBIDDEN, "the Host is neither localhost nor an address: ask by address"));
    }
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if matches!(site, Some(b"cross-site"))
        && headers.get("sec-fetch-mode").is_none_or(|mode| mode != "navigate")
    {
        return Err((StatusCode::FORBIDDEN, "another site's page may not ask"));
    }
    Ok(())
}

/// Whether a `Host` is `localhost` or an IP address, with or without a port.
fn is_address(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() && (!name.contains(':') || name.ends_with(']')) => {
            name
        }
        Some(_) | None => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{ADDRESS_BYTES, check, is_address};
    use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};

    #[test]
    fn only_names_that_no_other_site_has() {
        for good in
            ["127.0.0.1", "127.0.0.1:8642", "localhost:1", "LOCALHOST", "[::1]:8642", "192.168.0.7:80"]
        {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["", "evil.example", "evil.example:8642", "127.0.0.1.evil.example", "localhost.evil:1", "[evil]"]
        {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_request_that_could_do_harm_is_refused() {
        let host = |host: &'static str| {
            HeaderMap::from_iter([(axum::http::header::HOST, HeaderValue::from_static(host))])
        };
        let status = |method: Method, bytes: usize, headers: &HeaderMap| {
            check(&method, bytes, headers).err().map(|(status, _)| status)
        };
        let good = host("127.0.0.1:8642");
        assert_eq!(status(Method::GET, 10, &good), None);
        assert_eq!(status(Method::POST, 10, &good), Some(StatusCode::METHOD_NOT_ALLOWED));
        assert_eq!(status(Method::GET, ADDRESS_BYTES + 1, &good), Some(StatusCode::URI_TOO_LONG));
        assert_eq!(status(Method::GET, 10, &host("evil.example")), Some(StatusCode::FORBIDDEN));
        assert_eq!(status(Method::GET, 10, &HeaderMap::new()), Some(StatusCode::FORBIDDEN));
        let mut crossing = good.clone();
        crossing.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        crossing.insert("sec-fetch-mode", HeaderValue::from_static("no-cors"));
        assert_eq!(status(Method::GET, 10, &crossing), Some(StatusCode::FORBIDDEN));
        crossing.insert("sec-fetch-mode", HeaderValue::from_static("navigate"));
        assert_eq!(status(Method::GET, 10, &crossing), None);
        let mut full = good;
        full.insert("content-length", HeaderValue::from_static("5"));
        assert_eq!(status(Method::GET, 10, &full), Some(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
