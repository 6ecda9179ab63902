package org.kakuri.attest.sgx;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What TCB info and QE identity make of a platform and of a quoting enclave.
 *
 * @rule Intel SGX PCS API v4, TCB info: "Enumeration of TCB status" and the algorithm to find a platform's level; QE identity
 */
final class TcbLevels {
    /** A platform of these is not to be trusted; the others are, and say what remains to be done. */
    static final Set<String> BAD = Set.of("OutOfDate", "OutOfDateConfigurationNeeded", "Revoked");

    /**
     * A status.
     *
     * @param status as the collateral spells it
     * @param detail the values that decided
     */
    record Level(String status, String detail) {
        boolean good() {
            return !BAD.contains(status);
        }
    }

    private TcbLevels() {}

    /** Returns what is wrong with a signed document at that time; empty if nothing is. */
    static Optional<String> fault(Collateral.Signed document, List<byte[]> roots, Instant now) {
        Optional<String> chain = document.chain().fault(now);
        if (chain.isPresent()) {
            return chain;
        }
        if (!document.chain().rootIsAmong(roots)) {
            return Optional.of("the root of its signer is not trusted");
        }
        if (!Ecdsa.verify(document.chain().leaf().getPublicKey(), document.text(), document.signature())) {
            return Optional.of("the signature is not its signer's");
        }
        Instant issued = time(document.body(), "issueDate");
        Instant next = time(document.body(), "nextUpdate");
        if (now.isBefore(issued) || now.isAfter(next)) {
            return Optional.of("it is of %s, the next of %s, it is %s".formatted(issued, next, now));
        }
        return Optional.empty();
    }

    private static Instant time(JsonNode body, String member) {
        try {
            return Instant.parse(body.path(member).asText());
        } catch (DateTimeParseException e) {
            throw new SgxRefused("%s is no time: %s".formatted(member, body.path(member).asText()));
        }
    }

    /**
     * Returns the level of a platform.
     *
     * @throws SgxRefused if the document is for another platform, or not what it should be
     */
    static Level platform(JsonNode tcbInfo, PckExtension pck) {
        String fmspc = tcbInfo.path("fmspc").asText();
        String pceId = tcbInfo.path("pceId").asText();
        if (!fmspc.equalsIgnoreCase(pck.fmspcText())
                || !pceId.equalsIgnoreCase(HexFormat.of().formatHex(pck.pceId()))) {
            throw new SgxRefused("it is for FMSPC %s and PCE %s, the platform has %s and %s".formatted(fmspc, pceId,
                    pck.fmspcText(), HexFormat.of().formatHex(pck.pceId())));
        }
        for (JsonNode level : tcbInfo.path("tcbLevels")) {
            JsonNode tcb = level.path("tcb");
            boolean reached = pck.pceSvn() >= number(tcb.path("pcesvn"));
            for (int i = 0; i < 16; i++) {
                JsonNode component = tcb.has("sgxtcbcomponents") ? tcb.path("sgxtcbcomponents").path(i).path("svn")
                        : tcb.path("sgxtcbcomp%02dsvn".formatted(i + 1));
                reached &= pck.components().get(i) >= number(component);
            }
            if (reached) {
                return level(level, "components %s, pcesvn %d".formatted(pck.components(), pck.pceSvn()));
            }
        }
        return new Level("Revoked", "no level is as low: components %s, pcesvn %d".formatted(pck.components(),
                pck.pceSvn()));
    }

    private static int number(JsonNode node) {
        if (!node.canConvertToInt() || !node.isIntegralNumber()) {
            throw new SgxRefused("a security version is missing, or no number: " + node);
        }
        return node.asInt();
    }

    private static Level level(JsonNode level, String detail) {
        String status = level.path("tcbStatus").asText();
        JsonNode advisories = level.path("advisoryIDs");
        return new Level(status.isEmpty() ? "Revoked" : status, "level of %s, %s%s".formatted(
                level.path("tcbDate").asText(), detail, advisories.isEmpty() ? "" : ", advisories " + advisories));
    }

    /** Returns what of the quoting enclave's identity is another than the document says; empty if nothing is. */
    static Optional<String> otherEnclave(JsonNode identity, ReportBody report) {
        byte[] misc = littleEndian(report.miscSelect());
        if (masked(identity, "miscselect", misc)) {
            return Optional.of("MISCSELECT=" + hex(misc));
        }
        if (masked(identity, "attributes", report.attributes())) {
            return Optional.of("ATTRIBUTES=" + hex(report.attributes()));
        }
        if (!identity.path("mrsigner").asText().equalsIgnoreCase(hex(report.mrsigner()))) {
            return Optional.of("MRSIGNER=" + hex(report.mrsigner()));
        }
        if (number(identity.path("isvprodid")) != report.isvProdId()) {
            return Optional.of("ISVPRODID=" + report.isvProdId());
        }
        return Optional.empty();
    }

    /** Returns the level of the quoting enclave. */
    static Level enclave(JsonNode identity, ReportBody report) {
        for (JsonNode level : identity.path("tcbLevels")) {
            if (report.isvSvn() >= number(level.path("tcb").path("isvsvn"))) {
                return level(level, "ISVSVN " + report.isvSvn());
            }
        }
        return new Level("Revoked", "no level is as low: ISVSVN " + report.isvSvn());
    }

    private static boolean masked(JsonNode identity, String member, byte[] found) {
        byte[] value = bytes(identity, member, found.length);
        byte[] mask = bytes(identity, member + "Mask", found.length);
        for (int i = 0; i < found.length; i++) {
            if (((found[i] ^ value[i]) & mask[i]) != 0) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(JsonNode identity, String member, int length) {
        try {
            byte[] bytes = HexFormat.of().parseHex(identity.path(member).asText());
            if (bytes.length == length) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new SgxRefused("%s is not hexadecimal: %s".formatted(member, e.getMessage()));
        }
        throw new SgxRefused("%s has not %d bytes".formatted(member, length));
    }

    private static byte[] littleEndian(int value) {
        return new byte[] {(byte) value, (byte) (value >>> 8), (byte) (value >>> 16), (byte) (value >>> 24)};
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
