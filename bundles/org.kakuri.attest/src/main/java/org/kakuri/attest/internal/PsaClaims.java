package org.kakuri.attest.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.kakuri.attest.cose.Cbor;

/**
 * The claims of a PSA attestation token.
 *
 * @rule RFC 9783, 4 (claims, keys and types) and 6 (collated CDDL)
 */
record PsaClaims(Cbor.Table claims) {
    static final String PROFILE = "tag:psacertified.org,2023:psa#tfm";

    private static final int NONCE = 10;
    private static final int UEID = 256;
    private static final int EAT_PROFILE = 265;
    private static final int BOOT_SEED = 268;
    private static final int CLIENT_ID = 2394;
    private static final int LIFECYCLE = 2395;
    private static final int IMPLEMENTATION_ID = 2396;
    private static final int CERTIFICATION = 2398;
    private static final int COMPONENTS = 2399;
    private static final int VERIFICATION_SERVICE = 2400;

    private static final int MEASUREMENT_TYPE = 1;
    private static final int MEASUREMENT_VALUE = 2;
    private static final int VERSION = 4;
    private static final int SIGNER_ID = 5;
    private static final int MEASUREMENT_DESCRIPTION = 6;

    /** One claim's type: the key, whether it must be there, and what it must look like. */
    private record Row(int key, String name, boolean mandatory, String type, Predicate<Cbor> fits) {}

    private static final List<Row> ROWS = List.of(
            row(NONCE, "nonce", true, "bytes .size 32, 48 or 64", PsaClaims::hash),
            row(UEID, "instance-id", true, "bytes .size 33, the first 0x01",
                    item -> bytes(item, 33, 33) && ((Cbor.Bytes) item).value()[0] == 1),
            row(EAT_PROFILE, "profile", true, "text", Cbor.Text.class::isInstance),
            row(BOOT_SEED, "boot-seed", false, "bytes .size (8..32)", item -> bytes(item, 8, 32)),
            row(CLIENT_ID, "client-id", true, "a 32-bit integer other than 0",
                    item -> item instanceof Cbor.Int(long id) && id == (int) id && id != 0),
            row(LIFECYCLE, "security-lifecycle", true, "0x0000..0x00ff, 0x1000..0x10ff up to 0x6000..0x60ff",
                    item -> item instanceof Cbor.Int(long state) && state >= 0 && state <= 0x60ff
                            && (state & 0x0f00) == 0),
            row(IMPLEMENTATION_ID, "implementation-id", true, "bytes .size 32", item -> bytes(item, 32, 32)),
            row(CERTIFICATION, "certification-reference", false, "13 digits, a dash, 5 digits",
                    item -> item instanceof Cbor.Text(String text) && text.matches("[0-9]{13}-[0-9]{5}")),
            row(COMPONENTS, "software-components", true, "an array of at least one component",
                    PsaClaims::components),
            row(VERIFICATION_SERVICE, "verification-service", false, "text", Cbor.Text.class::isInstance));

    private static final List<Row> COMPONENT_ROWS = List.of(
            row(MEASUREMENT_TYPE, "measurement-type", false, "text", Cbor.Text.class::isInstance),
            row(MEASUREMENT_VALUE, "measurement-value", true, "bytes .size 32, 48 or 64", PsaClaims::hash),
            row(VERSION, "version", false, "text", Cbor.Text.class::isInstance),
            row(SIGNER_ID, "signer-id", false, "bytes .size 32, 48 or 64", PsaClaims::hash),
            row(MEASUREMENT_DESCRIPTION, "measurement-desc", false, "text", Cbor.Text.class::isInstance));

    /** A software component; absent texts are empty. */
    record Component(String type, byte[] value, String description) {}

    private static Row row(int key, String name, boolean mandatory, String type, Predicate<Cbor> fits) {
        return new Row(key, name, mandatory, type, fits);
    }

    /** Returns what is wrong with the claims, in order of their keys; empty if nothing is. Unknown claims are let through. */
    List<String> faults() {
        return faults(claims, ROWS);
    }

    private static List<String> faults(Cbor.Table table, List<Row> rows) {
        List<String> faults = new ArrayList<>();
        for (Row row : rows) {
            Optional<Cbor> item = table.get(row.key);
            if (item.isEmpty() && row.mandatory) {
                faults.add("%s (%d) is missing".formatted(row.name, row.key));
            } else if (item.isPresent() && !row.fits.test(item.get())) {
                faults.add("%s (%d) is not %s".formatted(row.name, row.key, row.type));
            }
        }
        return faults;
    }

    private static boolean bytes(Cbor item, int least, int most) {
        return item instanceof Cbor.Bytes bytes && bytes.value().length >= least && bytes.value().length <= most;
    }

    private static boolean hash(Cbor item) {
        return bytes(item, 32, 32) || bytes(item, 48, 48) || bytes(item, 64, 64);
    }

    private static boolean components(Cbor item) {
        return item instanceof Cbor.Array(List<Cbor> items) && !items.isEmpty() && items.stream()
                .allMatch(member -> member instanceof Cbor.Table table && faults(table, COMPONENT_ROWS).isEmpty());
    }

    byte[] nonce() {
        return bytes(NONCE);
    }

    byte[] instanceId() {
        return bytes(UEID);
    }

    byte[] implementationId() {
        return bytes(IMPLEMENTATION_ID);
    }

    String profile() {
        return text(claims, EAT_PROFILE);
    }

    int clientId() {
        return (int) ((Cbor.Int) claims.get(CLIENT_ID).orElseThrow()).value();
    }

    int lifecycle() {
        return (int) ((Cbor.Int) claims.get(LIFECYCLE).orElseThrow()).value();
    }

    List<Component> softwareComponents() {
        List<Component> components = new ArrayList<>();
        for (Cbor item : ((Cbor.Array) claims.get(COMPONENTS).orElseThrow()).items()) {
            var table = (Cbor.Table) item;
            byte[] value = ((Cbor.Bytes) table.get(MEASUREMENT_VALUE).orElseThrow()).value();
            components.add(new Component(text(table, MEASUREMENT_TYPE), value, text(table, MEASUREMENT_DESCRIPTION)));
        }
        return components;
    }

    private byte[] bytes(int key) {
        return ((Cbor.Bytes) claims.get(key).orElseThrow()).value();
    }

    private static String text(Cbor.Table table, int key) {
        return table.get(key).map(item -> ((Cbor.Text) item).value()).orElse("");
    }

    /** Lifecycle states by their upper byte. */
    static String lifecycleName(int state) {
        return Map.of(0, "unknown", 1, "assembly and test", 2, "PSA RoT provisioning", 3, "secured", 4,
                "non-PSA-RoT debug", 5, "recoverable PSA RoT debug", 6, "decommissioned")
                .get(state >> 12);
    }

    /** Returns the bytes with zeros behind them, up to the next length a nonce may have. */
    static byte[] padded(byte[] nonce) {
        return Arrays.copyOf(nonce, nonce.length <= 32 ? 32 : nonce.length <= 48 ? 48 : 64);
    }
}
