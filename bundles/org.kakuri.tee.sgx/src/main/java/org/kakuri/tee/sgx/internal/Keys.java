package org.kakuri.tee.sgx.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.kakuri.attest.sgx.ReportBody;
import org.kakuri.tee.model.Fuses;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.x86.SgxCpu;

/**
 * The keys that a processor derives for enclaves.
 *
 * @rule Intel SDM vol. 3D, EGETKEY, operation and table 41-56 (key derivation); 39.4.3 (keys)
 *
 *       <p>
 *       Divergence: the derivation of Intel's processors is not public. Here it is AES-CMAC over the dependencies that the table
 *       lists, under 16 bytes from the machine's fuses. Conditions may be checked in any order; this is ours.
 */
final class Keys {
    private static final int KEY_BYTES = 16;

    private final byte[] root;
    private final byte[] ownerEpoch;
    private final SgxCpu cpu;

    Keys(MachineModel machine) {
        Fuses fuses = machine.facility(Fuses.class).orElseThrow();
        root = fuses.derive("sgx-key-fuses", new byte[0], KEY_BYTES);
        ownerEpoch = fuses.derive("sgx-owner-epoch", new byte[0], KEY_BYTES);
        cpu = SgxCpu.of(machine);
    }

    /** What an enclave asks for, and who it is. */
    record Asked(KeyRequest request, ReportBody.Identity own, SgxCpu cpu) {
        private boolean named(int... names) {
            return java.util.Arrays.stream(names).anyMatch(name -> name == request.name());
        }
    }

    /** One condition; where no code is given the instruction faults. */
    record Row(String id, String rule, Predicate<Asked> holds, SgxError error, Function<Asked, String> values) {}

    static final List<Row> ROWS = List.of(
            new Row("reserved", "#GP(0): reserved fields of the KEYREQUEST are zero", a -> a.request.reservedIsZero(),
                    null, a -> ""),
            new Row("keyname", "KEYNAME is one of the five", a -> a.request.name() <= KeyRequest.SEAL_KEY,
                    SgxError.SGX_INVALID_KEYNAME, a -> "KEYNAME=" + a.request.name()),
            new Row("provision", "provisioning keys need ATTRIBUTES.PROVISIONKEY",
                    a -> !a.named(KeyRequest.PROVISION_KEY, KeyRequest.PROVISION_SEAL_KEY)
                            || (a.own.attributes() & ReportBody.PROVISIONKEY) != 0,
                    SgxError.SGX_INVALID_ATTRIBUTE, a -> "ATTRIBUTES=0x%x".formatted(a.own.attributes())),
            new Row("einittoken", "the EINIT token key needs ATTRIBUTES.EINITTOKENKEY",
                    a -> !a.named(KeyRequest.EINITTOKEN_KEY) || (a.own.attributes() & ReportBody.EINITTOKENKEY) != 0,
                    SgxError.SGX_INVALID_ATTRIBUTE, a -> "ATTRIBUTES=0x%x".formatted(a.own.attributes())),
            new Row("cpusvn", "KEYREQUEST.CPUSVN is not beyond the processor's",
                    a -> a.named(KeyRequest.REPORT_KEY) || a.cpu.covers(a.request.cpuSvn()),
                    SgxError.SGX_INVALID_CPUSVN,
                    a -> "requested=%s, processor=%s".formatted(hex(a.request.cpuSvn()), hex(a.cpu.svn()))),
            new Row("isvsvn", "KEYREQUEST.ISVSVN is not beyond SECS.ISVSVN",
                    a -> a.named(KeyRequest.REPORT_KEY) || a.request.isvSvn() <= a.own.isvSvn(),
                    SgxError.SGX_INVALID_ISVSVN,
                    a -> "requested=%d, enclave=%d".formatted(a.request.isvSvn(), a.own.isvSvn())));

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * EGETKEY.
     *
     * @throws LeafRefused naming the first condition that does not hold
     */
    byte[] egetkey(KeyRequest request, ReportBody.Identity own) {
        var asked = new Asked(request, own, cpu);
        for (Row row : ROWS) {
            if (!row.holds.test(asked)) {
                throw new LeafRefused("EGETKEY", row.error, row.rule, row.values.apply(asked), "");
            }
        }
        boolean report = request.name() == KeyRequest.REPORT_KEY;
        boolean seal = request.name() == KeyRequest.SEAL_KEY;
        boolean enclave = report || seal && (request.policy() & KeyRequest.POLICY_MRENCLAVE) != 0;
        boolean signer = !report && (!seal || (request.policy() & KeyRequest.POLICY_MRSIGNER) != 0);
        return derive(request, report ? -1 : request.attributeMask() | 3, report ? -1 : request.xfrmMask(),
                report ? -1 : request.miscMask(), own, enclave, signer);
    }

    /** Returns the key that a target checks reports with: what it obtains itself by EGETKEY(REPORT_KEY). */
    byte[] reportKey(ReportBody.Identity target, byte[] keyId) {
        return derive(KeyRequest.of(KeyRequest.REPORT_KEY, 0, 0, cpu.svn(), keyId), -1, -1, -1, target, true, false);
    }

    private byte[] derive(KeyRequest request, long attributeMask, long xfrmMask, int miscMask,
            ReportBody.Identity own, boolean enclave, boolean signer) {
        boolean report = request.name() == KeyRequest.REPORT_KEY;
        boolean owned = request.name() == KeyRequest.EINITTOKEN_KEY || report || request.name() == KeyRequest.SEAL_KEY;
        ByteBuffer dependencies = ByteBuffer.allocate(192).order(ByteOrder.LITTLE_ENDIAN);
        dependencies.putShort((short) request.name())
                .putShort((short) (report ? 0 : own.isvProdId()))
                .putShort((short) (report ? 0 : request.isvSvn()))
                .put(owned ? ownerEpoch : new byte[KEY_BYTES])
                .putLong(own.attributes() & attributeMask)
                .putLong(own.xfrm() & xfrmMask)
                .putLong(report ? 0 : attributeMask)
                .putLong(report ? 0 : xfrmMask)
                .put(enclave ? own.mrenclave() : new byte[32])
                .put(signer ? own.mrsigner() : new byte[32])
                .put(report || owned ? request.keyId() : new byte[32])
                .put(report ? cpu.svn() : request.cpuSvn())
                .putInt(own.miscSelect() & miscMask)
                .putInt(report ? 0 : miscMask);
        return Cmac.of(root, dependencies.array());
    }
}
