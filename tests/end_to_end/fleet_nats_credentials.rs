//! A server that lets in whom its operator has signed, and the credentials file that such a user has. Needs `nats-server`.

use crate::fleet::{SIXTEEN, complete, scripted};
use crate::fleet_nats::drain;
use crate::nats_server::{Server, program};
use crate::processes::Running;
use crate::skip::skip;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// The token of a key, signed by another, as the server reads it.
fn token(issuer: &KeyPair, subject: &KeyPair, nats: Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "jti": subject.public_key(), "iat": 1_700_000_000, "name": "test", "nats": nats,
        "iss": issuer.public_key(), "sub": subject.public_key(),
    });
    let signed = format!("{}.{}", part(&json!({"typ": "JWT", "alg": "ed25519-nkey"})), part(&claims));
    let signature = issuer.sign(signed.as_bytes()).expect("a key with a seed");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// An account without limits, with or without JetStream.
fn account(operator: &KeyPair, key: &KeyPair, has_streams: bool) -> String {
    let mut limits = json!({
        "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1,
    });
    if has_streams {
        for limit in ["mem_storage", "disk_storage", "streams", "consumer"] {
            limits[limit] = json!(-1);
        }
    }
    token(operator, key, json!({"limits": limits, "type": "account", "version": 2}))
}

#[test]
fn a_fleet_with_a_credentials_file_is_let_in_and_one_without_is_not() {
    let Some(program) = program() else {
        skip!("nats-server", "nats-server is not installed: apt-get install nats-server");
    };
    let bench = scripted("");
    let [operator, system, rollup] =
        [KeyPair::new_operator(), KeyPair::new_account(), KeyPair::new_account()];
    let user = KeyPair::new_user();
    bench.write(
        "server.conf",
        &format!(
            "operator: {}\nsystem_account: {system_key}\nresolver: MEMORY\nresolver_preload: {{\n  {system_key}: {}\n  {}: {}\n}}\n",
            token(&operator, &operator, json!({"type": "operator", "version": 2})),
            account(&operator, &system, false),
            rollup.public_key(),
            account(&operator, &rollup, true),
            system_key = system.public_key(),
        ),
    );
    let claims =
        json!({"pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1, "type": "user", "version": 2});
    bench.write(
        "fleet.creds",
        &format!(
            "-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            token(&rollup, &user, claims),
            user.seed().expect("a seed"),
        ),
    );
    let server = Server::start(program, &["-c".to_owned(), bench.path("server.conf").display().to_string()]);
    let url = server.url();
    let known = format!("--nats {url} --nats-lease 1s --nats-credentials fleet.creds");
    let one = Running::start(&mut bench.command(&format!("fleet worker {known} --worker-name one")));
    bench.run(&format!("{SIXTEEN} {known}")).ok();
    complete(&bench, 16 + 12);
    drain(one);
    let other = SIXTEEN.replace("--output out", "--output other");
    bench.run(&format!("{other} --nats {url}")).fails(2, &["NATS server", &url]);
    bench
        .run(&format!("{other} --nats {url} --nats-credentials nowhere.creds"))
        .fails(2, &["NATS server", &url]);
}
