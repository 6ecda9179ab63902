package org.kakuri.attest.internal;

import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kakuri.api.attest.Appraisal;
import org.kakuri.api.attest.EvidenceVerifier;
import org.kakuri.api.attest.ReferenceValues;
import org.kakuri.api.tee.Evidence;
import org.kakuri.attest.cose.Cbor;
import org.kakuri.attest.cose.CborReader;
import org.kakuri.attest.cose.CborRefused;
import org.kakuri.attest.cose.CoseSign1;
import org.osgi.service.component.annotations.Component;

/**
 * Verifies PSA attestation tokens.
 *
 * @rule RFC 9783, 8 (verification), 5.1.1 (encoding), 4.3.1 (which lifecycle states may be trusted), 4.1.2 (client)
 *
 *       <p>
 *       Divergence: COSE_Mac0, which a receiver must accept by 5.2, is refused, because this verifier holds public keys only.
 *       The old profile PSA_IOT_PROFILE_1 is refused.
 */
@Component(property = EvidenceVerifier.FORMAT + "=" + PsaTokenVerifier.MEDIA_TYPE)
public final class PsaTokenVerifier implements EvidenceVerifier {
    /** RFC 9783, 10.2. */
    static final String MEDIA_TYPE = "application/eat+cwt; eat_profile=\"" + PsaClaims.PROFILE + "\"";
    private static final String TRUSTED_APPLICATION = "ARoT";
    private static final String SHA_256 = "sha-256";
    private static final int SECURED = 3;
    private static final int NON_PSA_ROT_DEBUG = 4;

    @Override
    public Appraisal verify(Evidence evidence, ReferenceValues expected) {
        List<Appraisal.Check> checks = new ArrayList<>();
        Optional<CoseSign1> token = format(evidence, checks);
        Optional<PsaClaims> claims = token.flatMap(message -> claims(message, checks));
        if (claims.isEmpty()) {
            return new Appraisal(checks, Map.of());
        }
        profile(claims.get(), checks);
        signature(token.get(), claims.get(), new TrustedKeys(expected.trustedKeys()), checks);
        nonce(claims.get(), expected.nonce(), checks);
        measurement(claims.get(), expected.measurement(), checks);
        lifecycle(claims.get(), checks);
        client(claims.get(), checks);
        return new Appraisal(checks, forPeople(evidence, token.get(), claims.get()));
    }

    private static Optional<CoseSign1> format(Evidence evidence, List<Appraisal.Check> checks) {
        if (!evidence.format().equals(MEDIA_TYPE)) {
            checks.add(failed("format", "media type %s, expected %s".formatted(evidence.format(), MEDIA_TYPE)));
            return Optional.empty();
        }
        try {
            CoseSign1 token = CoseSign1.decode(evidence.bytes(), CborReader.Mode.VARIANT);
            checks.add(passed("format", "COSE_Sign1"));
            return Optional.of(token);
        } catch (CborRefused refused) {
            checks.add(failed("format", refused.getMessage()));
            return Optional.empty();
        }
    }

    private static Optional<PsaClaims> claims(CoseSign1 token, List<Appraisal.Check> checks) {
        Cbor payload;
        try {
            payload = CborReader.read(token.payload(), CborReader.Mode.VARIANT);
        } catch (CborRefused refused) {
            checks.add(failed("claims", refused.getMessage()));
            return Optional.empty();
        }
        if (!(payload instanceof Cbor.Table table)) {
            checks.add(failed("claims", "the payload is not a map"));
            return Optional.empty();
        }
        var claims = new PsaClaims(table);
        List<String> faults = claims.faults();
        if (!faults.isEmpty()) {
            checks.add(failed("claims", String.join("; ", faults)));
            return Optional.empty();
        }
        checks.add(passed("claims", table.entries().size() + " claims"));
        return Optional.of(claims);
    }

    private static void profile(PsaClaims claims, List<Appraisal.Check> checks) {
        checks.add(new Appraisal.Check("profile", claims.profile().equals(PsaClaims.PROFILE),
                "eat_profile=%s, expected %s".formatted(claims.profile(), PsaClaims.PROFILE)));
    }

    /** Where no trusted key is found there is nothing to check a signature with, and no row about it. */
    private static void signature(CoseSign1 token, PsaClaims claims, TrustedKeys trusted,
            List<Appraisal.Check> checks) {
        String id = TrustedKeys.hex(claims.instanceId());
        Optional<ECPublicKey> key = trusted.find(claims.instanceId());
        if (key.isEmpty()) {
            checks.add(failed("key", "none of %d trusted keys has instance-id=%s".formatted(trusted.count(), id)));
            return;
        }
        checks.add(passed("key", "instance-id=" + id));
        String algorithm = token.algorithm()
                .map(Enum::name)
                .orElse("none that is known and free of critical parameters");
        checks.add(new Appraisal.Check("signature", token.verify(key.get()), "algorithm=" + algorithm));
    }

    private static void nonce(PsaClaims claims, byte[] expected, List<Appraisal.Check> checks) {
        if (expected.length == 0 || expected.length > 64) {
            checks.add(failed("nonce",
                    "the verifier expects a nonce of %d bytes, 1 to 64 are possible".formatted(expected.length)));
            return;
        }
        byte[] padded = PsaClaims.padded(expected);
        checks.add(new Appraisal.Check("nonce", MessageDigest.isEqual(claims.nonce(), padded),
                "nonce=%s, expected %s".formatted(TrustedKeys.hex(claims.nonce()), TrustedKeys.hex(padded))));
    }

    private static void measurement(PsaClaims claims, byte[] expected, List<Appraisal.Check> checks) {
        List<PsaClaims.Component> applications = claims.softwareComponents()
                .stream()
                .filter(component -> component.type().equals(TRUSTED_APPLICATION))
                .toList();
        if (applications.size() != 1) {
            checks.add(failed("measurement", "%d components of type %s, expected 1".formatted(applications.size(),
                    TRUSTED_APPLICATION)));
            return;
        }
        PsaClaims.Component application = applications.getFirst();
        boolean same = application.description().equals(SHA_256)
                && MessageDigest.isEqual(application.value(), expected);
        checks.add(new Appraisal.Check("measurement", same, "%s=%s, expected %s=%s".formatted(
                application.description(), TrustedKeys.hex(application.value()), SHA_256, TrustedKeys.hex(expected))));
    }

    private static void lifecycle(PsaClaims claims, List<Appraisal.Check> checks) {
        int major = claims.lifecycle() >> 12;
        checks.add(new Appraisal.Check("lifecycle", major == SECURED || major == NON_PSA_ROT_DEBUG,
                "0x%04x, %s".formatted(claims.lifecycle(), PsaClaims.lifecycleName(claims.lifecycle()))));
    }

    private static void client(PsaClaims claims, List<Appraisal.Check> checks) {
        checks.add(new Appraisal.Check("client", claims.clientId() > 0,
                "client-id=%d, asked for by the %s world".formatted(claims.clientId(),
                        claims.clientId() > 0 ? "secure" : "non-secure")));
    }

    private static Map<String, String> forPeople(Evidence evidence, CoseSign1 token, PsaClaims claims) {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("profile", claims.profile());
        shown.put("instance-id", TrustedKeys.hex(claims.instanceId()));
        shown.put("implementation-id", TrustedKeys.hex(claims.implementationId()));
        shown.put("client-id", Integer.toString(claims.clientId()));
        shown.put("lifecycle", PsaClaims.lifecycleName(claims.lifecycle()));
        shown.put("software", claims.softwareComponents()
                .stream()
                .map(part -> "%s %s=%s".formatted(part.type(), part.description(), TrustedKeys.hex(part.value())))
                .collect(Collectors.joining(", ")));
        shown.put("encoding", deterministic(evidence.bytes(), token.payload()) ? "deterministic" : "variant");
        return shown;
    }

    private static boolean deterministic(byte[]... items) {
        try {
            for (byte[] item : items) {
                CborReader.read(item, CborReader.Mode.DETERMINISTIC);
            }
            return true;
        } catch (CborRefused _) {
            return false;
        }
    }

    private static Appraisal.Check passed(String id, String detail) {
        return new Appraisal.Check(id, true, detail);
    }

    private static Appraisal.Check failed(String id, String detail) {
        return new Appraisal.Check(id, false, detail);
    }
}
