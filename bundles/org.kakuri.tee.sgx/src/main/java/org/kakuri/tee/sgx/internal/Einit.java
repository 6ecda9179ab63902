package org.kakuri.tee.sgx.internal;

import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.kakuri.attest.sgx.ReportBody;
import org.kakuri.attest.sgx.SigStruct;

/**
 * What EINIT demands of a SIGSTRUCT, first what is checked first.
 *
 * @rule Intel SDM vol. 3D, EINIT, operation
 *
 *       <p>
 *       Divergence: launch control is flexible, as on processors whose IA32_SGXLEPUBKEYHASH can be written: the host writes the
 *       signer's own, so no EINITTOKEN is needed, and SGX_INVALID_EINITTOKEN does not occur. There are no events to be unmasked,
 *       so neither does SGX_UNMASKED_EVENT.
 */
final class Einit {
    /**
     * An enclave that is to be initialised.
     *
     * @param sig its SIGSTRUCT
     * @param secs its SECS
     * @param mrenclave the finalised measurement
     * @param authorised whether the host lets this signer have controlled attributes
     */
    record Request(SigStruct sig, Secs secs, byte[] mrenclave, boolean authorised) {}

    /**
     * One condition.
     *
     * @param id short name
     * @param rule what must hold, in the specification's words
     * @param holds whether it does
     * @param error what is returned if not
     * @param values what decided
     */
    record Row(String id, String rule, Predicate<Request> holds, SgxError error, Function<Request, String> values) {}

    static final List<Row> ROWS = List.of(
            new Row("sig_struct", "HEADER, VENDOR, HEADER2, EXPONENT and reserved space have their values",
                    r -> r.sig.malformed().isEmpty(), SgxError.SGX_INVALID_SIG_STRUCT,
                    r -> r.sig.malformed().orElse("")),
            new Row("signature", "SIGNATURE is valid under MODULUS, Q1 and Q2", r -> r.sig.signatureIsValid(),
                    SgxError.SGX_INVALID_SIGNATURE, r -> "MRSIGNER=" + hex(r.sig.mrsigner())),
            new Row("measurement", "SIGSTRUCT.ENCLAVEHASH = MRENCLAVE",
                    r -> java.util.Arrays.equals(r.sig.enclaveHash(), r.mrenclave), SgxError.SGX_INVALID_MEASUREMENT,
                    r -> "ENCLAVEHASH=" + hex(r.sig.enclaveHash()) + ", MRENCLAVE=" + hex(r.mrenclave)),
            new Row("controlled", "controlled ATTRIBUTES (EINITTOKENKEY) need an authorised signer",
                    r -> (r.secs.attributes() & ReportBody.EINITTOKENKEY) == 0 || r.authorised,
                    SgxError.SGX_INVALID_ATTRIBUTE, r -> "ATTRIBUTES=0x%x".formatted(r.secs.attributes())),
            new Row("attributes", "SIGSTRUCT.ATTRIBUTES & ATTRIBUTEMASK = SECS.ATTRIBUTES & ATTRIBUTEMASK",
                    r -> ((r.sig.attributes() ^ r.secs.attributes()) & r.sig.attributeMask()) == 0
                            && ((r.sig.xfrm() ^ r.secs.xfrm()) & r.sig.xfrmMask()) == 0,
                    SgxError.SGX_INVALID_ATTRIBUTE,
                    r -> "signed=0x%x/0x%x, SECS=0x%x/0x%x, mask=0x%x/0x%x".formatted(r.sig.attributes(), r.sig.xfrm(),
                            r.secs.attributes(), r.secs.xfrm(), r.sig.attributeMask(), r.sig.xfrmMask())),
            new Row("miscselect", "SIGSTRUCT.MISCSELECT & MISCMASK = SECS.MISCSELECT & MISCMASK",
                    r -> ((r.sig.miscSelect() ^ r.secs.miscSelect()) & r.sig.miscMask()) == 0,
                    SgxError.SGX_INVALID_ATTRIBUTE,
                    r -> "signed=0x%x, SECS=0x%x, mask=0x%x".formatted(r.sig.miscSelect(), r.secs.miscSelect(),
                            r.sig.miscMask())));

    private Einit() {}

    /**
     * Checks every condition in order.
     *
     * @throws LeafRefused naming the first that does not hold
     */
    static void require(Request request) {
        for (Row row : ROWS) {
            if (!row.holds.test(request)) {
                throw new LeafRefused("EINIT", row.error, row.rule, row.values.apply(request),
                        "tee:measure shows MRENCLAVE of an image, tee:sign signs it, tee:verify shows a SIGSTRUCT");
            }
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
