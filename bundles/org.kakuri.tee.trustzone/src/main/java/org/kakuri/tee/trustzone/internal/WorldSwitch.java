package org.kakuri.tee.trustzone.internal;

import org.kakuri.tee.model.EventCounter;
import org.kakuri.tee.model.EventRecorder;
import org.kakuri.tee.trustzone.internal.storage.StorageTraffic;

/**
 * Records what crossings between the worlds consist of.
 *
 * @rule Arm DEN0028 (SMC Calling Convention): a yielding call returns only when it is done or has something to ask; OP-TEE,
 *       optee_smc.h: OPTEE_SMC_RETURN_RPC_* and OPTEE_SMC_CALL_RETURN_FROM_RPC, each an SMC
 */
public final class WorldSwitch implements StorageTraffic {
    private final EventRecorder recorder;
    private final EventCounter smc;
    private final EventCounter rpcExit;
    private final EventCounter rpcReturn;

    /**
     * @param recorder of the instance or client that crosses
     */
    public WorldSwitch(EventRecorder recorder) {
        this.recorder = recorder;
        this.smc = recorder.counter(Events.SMC);
        this.rpcExit = recorder.counter(Events.RPC_EXIT);
        this.rpcReturn = recorder.counter(Events.RPC_RETURN);
    }

    /** One switch, in either direction. */
    public void smc() {
        smc.record();
    }

    /** The way in, for what the event says. */
    public void enter(String event) {
        smc.record();
        recorder.record(event);
    }

    /** The way out with a request. */
    public void askHost(long bytes) {
        rpcExit.record(1, bytes);
        smc.record();
    }

    /** The way back with its answer. */
    public void answered() {
        smc.record();
        rpcReturn.record();
    }

    /** The way out for an interrupt. */
    public void interrupted() {
        recorder.record(Events.FOREIGN_INTERRUPT);
        smc.record();
    }

    /** A whole call of the normal world that changes something in the secure one. */
    public void call(String event, long count, long bytes) {
        smc.record();
        recorder.record(event, count, bytes);
        smc.record();
    }

    /** Something that happens without a switch. */
    public void local(String event, long count, long bytes) {
        recorder.record(event, count, bytes);
    }

    /** A request of the TA OS that the normal world's supplicant serves; its part is played by the backend. */
    @Override
    public void request(String event, long bytes) {
        askHost(bytes);
        recorder.record(event, 1, bytes);
        answered();
    }
}
