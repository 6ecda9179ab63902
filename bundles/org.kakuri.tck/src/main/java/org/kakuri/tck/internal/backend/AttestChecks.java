package org.kakuri.tck.internal.backend;

import java.util.List;
import org.kakuri.api.attest.Appraisal;
import org.kakuri.api.attest.Endorser;
import org.kakuri.api.attest.EvidenceVerifier;
import org.kakuri.api.attest.ReferenceValues;
import org.kakuri.api.KakuriException;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Measurement;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Expect;
import org.kakuri.tck.internal.Finding;

/** Evidence, held against a verifier that knows no backend and keys that its manufacturer publishes. */
final class AttestChecks {
    private static final int NONCE_BYTES = 32;

    private AttestChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("attest")
                .add("genuine",
                        "A verifier that imports no backend trusts evidence about this code, nonce and machine.",
                        rig -> trusted(rig, appraise(rig, Case.of(rig))), Capability.ATTEST)
                .add("nonce", "Evidence for another nonce is refused.", rig -> refused(rig, c -> c.nonce(9), "nonce"),
                        Capability.ATTEST)
                .add("measurement", "Evidence is refused where other code is expected.",
                        rig -> refused(rig, Case::otherCode, "measurement"), Capability.ATTEST)
                .add("machine", "Evidence is refused under the keys of another machine.",
                        rig -> refused(rig, c -> c.endorsed(rig.otherMachine()), "machine"), Capability.ATTEST)
                .add("bit-flip", "Evidence is refused whichever of its bytes has one bit changed.",
                        AttestChecks::bitFlip, Capability.ATTEST)
                .add("format", "Evidence has the format that info() names.",
                        rig -> Expect.equal(rig.info().evidenceFormat().orElse("none"),
                                Case.of(rig).evidence.format(), "format of the evidence"),
                        Capability.ATTEST)
                .add("report-size", "More than 64 bytes of report data are refused.",
                        rig -> Expect.refused("65 bytes of report data",
                                () -> rig.inside(inside -> inside.attest(new byte[65])),
                                IllegalArgumentException.class, KakuriException.class),
                        Capability.ATTEST)
                .all();
    }

    /** Evidence and what it is held against. */
    private record Case(Evidence evidence, byte[] nonce, byte[] measurement, Machine endorsed) {
        static Case of(Rig rig) throws Exception {
            byte[] nonce = bytes(1);
            var code = new Rig.Captured<>(inside -> inside.attest(nonce));
            Rig.Ready ready = rig.ready(1, code);
            Evidence evidence = code.result(ready.contexts().getFirst().run(Rig.ANYBODY));
            Measurement measurement = ready.measurement();
            return new Case(evidence, nonce, measurement.digest(), rig.machine());
        }

        private static byte[] bytes(int value) {
            byte[] bytes = new byte[NONCE_BYTES];
            java.util.Arrays.fill(bytes, (byte) value);
            return bytes;
        }

        Case nonce(int value) {
            return new Case(evidence, bytes(value), measurement, endorsed);
        }

        Case otherCode() {
            byte[] other = measurement.clone();
            other[0] ^= 1;
            return new Case(evidence, nonce, other, endorsed);
        }

        Case endorsed(Machine machine) {
            return new Case(evidence, nonce, measurement, machine);
        }

        Case flipped(int at) {
            byte[] bytes = evidence.bytes();
            bytes[at] ^= (byte) (1 << at % 8);
            return new Case(new Evidence(evidence.format(), bytes), nonce, measurement, endorsed);
        }
    }

    private interface Change {
        Case of(Case genuine);
    }

    private static Appraisal appraise(Rig rig, Case held) {
        EvidenceVerifier verifier = rig.subject().verifiers().get(held.evidence.format());
        if (verifier == null) {
            throw new Finding("nobody verifies evidence of format " + held.evidence.format());
        }
        Endorser endorser = rig.backend()
                .extension(Endorser.class)
                .orElseThrow(() -> new Finding("the backend attests, and endorses no keys"));
        return verifier.verify(held.evidence,
                new ReferenceValues(held.nonce, held.measurement, endorser.trustedKeys(held.endorsed)));
    }

    private static void trusted(Rig rig, Appraisal appraisal) {
        Expect.that(appraisal.trusted(), "genuine evidence is not trusted: %s", appraisal.checks()
                .stream()
                .filter(check -> !check.passed())
                .toList());
    }

    /** Returns evidence that is trusted as it is: without it, refusals show nothing. */
    private static Case genuine(Rig rig) throws Exception {
        Case genuine = Case.of(rig);
        try {
            trusted(rig, appraise(rig, genuine));
        } catch (Finding e) {
            throw new Skipped("there is no genuine evidence to change: see attest.genuine");
        }
        return genuine;
    }

    private static void refused(Rig rig, Change change, String what) throws Exception {
        Case genuine = genuine(rig);
        rig.machine();
        Expect.that(!appraise(rig, change.of(genuine)).trusted(), "evidence is trusted in spite of another %s", what);
    }

    private static void bitFlip(Rig rig) throws Exception {
        Case genuine = genuine(rig);
        for (int at = 0; at < genuine.evidence.bytes().length; at++) {
            Expect.that(!appraise(rig, genuine.flipped(at)).trusted(),
                    "evidence is trusted after a bit of byte %d changed", at);
        }
    }
}
