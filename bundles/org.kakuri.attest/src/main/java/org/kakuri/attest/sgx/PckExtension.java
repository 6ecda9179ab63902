package org.kakuri.attest.sgx;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What a PCK certificate says of its platform.
 *
 * @rule Intel SGX PCK Certificate and CRL Profile Specification, 1.3.5 (SGX extensions)
 * @param fmspc family, model, stepping, platform, custom SKU: 6 bytes
 * @param pceId which provisioning certification enclave: 2 bytes
 * @param components security versions of the 16 TCB components
 * @param pceSvn version of the PCE
 */
public record PckExtension(byte[] fmspc, byte[] pceId, List<Integer> components, int pceSvn) {
    /** Object identifier of the extension. */
    public static final String OID = "1.2.840.113741.1.13.1";

    /** Copies everything. */
    public PckExtension {
        fmspc = fmspc.clone();
        pceId = pceId.clone();
        components = List.copyOf(components);
    }

    /** Returns FMSPC in hexadecimal, as collateral spells it. */
    public String fmspcText() {
        return HexFormat.of().withUpperCase().formatHex(fmspc);
    }

    /** Returns the extension's value. */
    public byte[] encode(byte[] ppid) {
        byte[][] tcb = new byte[18][];
        byte[] cpuSvn = new byte[16];
        for (int i = 0; i < 16; i++) {
            tcb[i] = Der.sequence(Der.oid(OID + ".2." + (i + 1)), Der.integer(components.get(i)));
            cpuSvn[i] = components.get(i).byteValue();
        }
        tcb[16] = Der.sequence(Der.oid(OID + ".2.17"), Der.integer(pceSvn));
        tcb[17] = Der.sequence(Der.oid(OID + ".2.18"), Der.octets(cpuSvn));
        return Der.sequence(Der.sequence(Der.oid(OID + ".1"), Der.octets(ppid)),
                Der.sequence(Der.oid(OID + ".2"), Der.sequence(tcb)),
                Der.sequence(Der.oid(OID + ".3"), Der.octets(pceId)),
                Der.sequence(Der.oid(OID + ".4"), Der.octets(fmspc)),
                Der.sequence(Der.oid(OID + ".5"), Der.element(10, new byte[1])));
    }

    /**
     * Reads it.
     *
     * @throws SgxRefused if the certificate has none, or not all of it
     */
    static PckExtension of(X509Certificate certificate) {
        byte[] value = certificate.getExtensionValue(OID);
        if (value == null) {
            throw new SgxRefused("the PCK certificate has no SGX extension " + OID);
        }
        byte[] fmspc = null;
        byte[] pceId = null;
        Integer[] components = new Integer[17];
        for (Der.Element pair : sequence(Der.read(value).getFirst().inside())) {
            List<Der.Element> parts = pair.inside();
            String oid = parts.isEmpty() ? "" : parts.getFirst().dotted();
            if (parts.size() != 2) {
                continue;
            }
            if (oid.equals(OID + ".4")) {
                fmspc = parts.getLast().content();
            } else if (oid.equals(OID + ".3")) {
                pceId = parts.getLast().content();
            } else if (oid.equals(OID + ".2")) {
                versions(parts.getLast(), components);
            }
        }
        if (fmspc == null || fmspc.length != 6 || pceId == null || pceId.length != 2
                || Arrays.asList(components).contains(null)) {
            throw new SgxRefused("the PCK certificate's SGX extension lacks FMSPC, PCE-ID or a TCB component");
        }
        return new PckExtension(fmspc, pceId, Arrays.asList(components).subList(0, 16), components[16]);
    }

    private static List<Der.Element> sequence(List<Der.Element> one) {
        if (one.size() != 1) {
            throw new SgxRefused("the PCK certificate's SGX extension is not one sequence");
        }
        return one.getFirst().inside();
    }

    private static void versions(Der.Element tcb, Integer[] components) {
        String prefix = OID + ".2.";
        for (Der.Element pair : tcb.inside()) {
            List<Der.Element> parts = pair.inside();
            String oid = parts.size() == 2 ? parts.getFirst().dotted() : "";
            if (oid.startsWith(prefix)) {
                int number = Integer.parseInt(oid.substring(prefix.length()));
                if (number >= 1 && number <= 17) {
                    components[number - 1] = parts.getLast().number();
                }
            }
        }
    }
}
