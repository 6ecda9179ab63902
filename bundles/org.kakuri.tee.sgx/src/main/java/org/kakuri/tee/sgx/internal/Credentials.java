package org.kakuri.tee.sgx.internal;

import java.util.Arrays;
import java.util.Optional;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.LocalAttestation;
import org.kakuri.api.tee.Sealing;
import org.kakuri.attest.sgx.ReportBody;
import org.kakuri.tee.model.EventRecorder;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.x86.SgxCpu;

/** What an enclave has to show for itself: its reports and its keys. Thread-safe. */
final class Credentials {
    private final Secs secs;
    private final EventRecorder recorder;
    private final Keys keys;
    private final SgxCpu cpu;
    private final Sealing sealing;
    private final LocalAttestation local;
    private volatile boolean gone;

    Credentials(MachineModel machine, Secs secs, EventRecorder recorder, boolean sealToSigner) {
        this.secs = secs;
        this.recorder = recorder;
        this.keys = new Keys(machine);
        this.cpu = SgxCpu.of(machine);
        this.sealing = new EnclaveSealing(this,
                sealToSigner ? KeyRequest.POLICY_MRSIGNER : KeyRequest.POLICY_MRENCLAVE);
        this.local = new LocalReports(this);
    }

    Sealing sealing() {
        return sealing;
    }

    LocalAttestation local() {
        return local;
    }

    ReportBody.Identity identity() {
        return secs.identity();
    }

    byte[] cpuSvn() {
        return cpu.svn();
    }

    /** EGETKEY. */
    byte[] egetkey(KeyRequest request) {
        requireAlive();
        recorder.record(Events.EGETKEY);
        return keys.egetkey(request, identity());
    }

    /** EREPORT: the body and the target's MAC over it. */
    Report ereport(TargetInfo target, byte[] reportData) {
        requireAlive();
        recorder.record(Events.EREPORT);
        byte[] keyId = new byte[32];
        ReportBody body = ReportBody.of(cpuSvn(), identity(), reportData);
        byte[] key = keys.reportKey(target.identity(), keyId);
        return new Report(body, keyId, Cmac.of(key, body.bytes()));
    }

    /** Returns what a report for this enclave says; empty if its MAC is another. */
    Optional<ReportBody> check(Report report) {
        byte[] key = egetkey(KeyRequest.of(KeyRequest.REPORT_KEY, 0, 0, cpuSvn(), report.keyId()));
        byte[] mac = Cmac.of(key, report.body().bytes());
        Arrays.fill(key, (byte) 0);
        return java.security.MessageDigest.isEqual(mac, report.mac()) ? Optional.of(report.body()) : Optional.empty();
    }

    void forget() {
        gone = true;
    }

    private void requireAlive() {
        if (gone) {
            throw new WrongState("the enclave was destroyed, and its keys with it", "create it again");
        }
    }
}
