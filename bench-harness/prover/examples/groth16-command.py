#!/usr/bin/env python3
"""A prover that bench-harness did not write, behind its protocol: Groth16 over BN254 as arkworks has it.

`pip install groth16py==0.2.0` installs it: Python bindings of arkworks, by others and under the GPL 3.0. Nothing of it is
in this repository.

What is proved: "I know the data of this batch, which with this statement hashes to this digest." Statement and digest
are the public inputs of the proof, so that it verifies for no other. It is NOT the state transition: put the circuit of
your rollup in the place of CIRCUIT. The set-up is made by this process alone, which is good for measuring and for nothing
else.
"""
import json, os, sys, tempfile, time

# What the compiler of the circuit prints must not get between the replies.
replies = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617
ROUNDS = 110
WORD_BYTES = 31
# A transaction takes at most so many bytes of the batch's data, and the number of transactions before them.
TRANSACTION_BYTES, COUNT_BYTES = 41, 10
DIGESTS = ("old_root", "new_root", "commitment")

CIRCUIT = """pragma circom 2.0.0;
template Absorb() {
    signal input state; signal input word; signal output out;
    signal x[%(rounds)d + 1]; signal square[%(rounds)d]; signal fourth[%(rounds)d];
    x[0] <== state + word;
    for (var i = 0; i < %(rounds)d; i++) {
        square[i] <== (x[i] + i) * (x[i] + i);
        fourth[i] <== square[i] * square[i];
        x[i + 1] <== fourth[i] * (x[i] + i);
    }
    out <== x[%(rounds)d] + state;
}
template Batch() {
    signal input statement[7]; signal input words[%(words)d]; signal output digest;
    component absorbs[7 + %(words)d];
    for (var i = 0; i < 7 + %(words)d; i++) {
        absorbs[i] = Absorb();
        absorbs[i].state <== i == 0 ? 0 : absorbs[i - 1].out;
        absorbs[i].word <== i < 7 ? statement[i] : words[i - 7];
    }
    digest <== absorbs[6 + %(words)d].out;
}
component main {public [statement]} = Batch();
"""


def digest_of(words):
    state = 0
    for word in words:
        x = state + word
        for i in range(ROUNDS):
            x = pow(x + i, 5, FIELD)
        state = (x + state) % FIELD
    return state


def inputs_of(statement):
    """A digest is 64 hexadecimal digits, more than a field element holds: two inputs each."""
    halves = [int(statement[name][at : at + 32], 16) for name in DIGESTS for at in (0, 32)]
    return halves + [statement["transactions"]]


def statement_of(inputs):
    digests = {name: f"{inputs[2 * at]:032x}{inputs[2 * at + 1]:032x}" for at, name in enumerate(DIGESTS)}
    return {**digests, "transactions": inputs[6]}


class Prover:
    def set_up(self, ask):
        self.words = -(-(COUNT_BYTES + TRANSACTION_BYTES * ask["capacity"]) // WORD_BYTES)
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "batch.circom")
            with open(file, "w") as circuit:
                circuit.write(CIRCUIT % {"rounds": ROUNDS, "words": self.words})
            self.key, verifying_key = groth16py.setup_circom(file)
        self.verifier = groth16py.Verifier(verifying_key)
        settings = {"curve": "BN254", "set_up": "one party, for measuring alone", "proves": "knowledge of the batch's data"}
        return {"name": "groth16py", "version": groth16py.__version__, "verifies": True, "conjectured_security_bits": 100,
                "settings": settings}

    def prove(self, ask):
        started = time.monotonic()
        data = bytes.fromhex(ask["data"])
        words = [int.from_bytes(data[at : at + WORD_BYTES], "big") for at in range(0, len(data), WORD_BYTES)]
        words += [0] * (self.words - len(words))
        statement = inputs_of(ask["statement"])
        public = [digest_of(statement + words)] + statement
        prepared = time.monotonic()
        # One call makes the rest of the witness as well.
        proof = groth16py.prove(self.key, {"statement": statement, "words": words})
        proved = time.monotonic()
        whole = proof + b"".join(value.to_bytes(32, "big") for value in public)
        return {"proof": whole.hex(), "proof_bytes": len(whole), "witness_s": prepared - started, "prove_s": proved - prepared}

    def verify(self, ask):
        whole = bytes.fromhex(ask["proof"])
        proof, tail = whole[:-256], whole[-256:]
        public = [int.from_bytes(tail[at : at + 32], "big") for at in range(0, 256, 32)]
        started = time.monotonic()
        try:
            is_valid = max(public) < FIELD and self.verifier.verify(proof, public)
        except (groth16py.EncodingError, groth16py.VerificationError):
            is_valid = False
        took = time.monotonic() - started
        if not is_valid:
            return {"valid": False, "why": "no valid proof for these public inputs"}
        return {"valid": True, "statement": statement_of(public[1:]), "verify_s": took}


try:
    import groth16py
except ImportError:
    groth16py = None
prover = Prover()
for line in sys.stdin:
    ask = json.loads(line)
    if groth16py is None:
        reply = {"error": "groth16py is not installed here: pip install groth16py==0.2.0"}
    else:
        reply = getattr(prover, ask["request"])(ask)
    print(json.dumps(reply), file=replies, flush=True)
