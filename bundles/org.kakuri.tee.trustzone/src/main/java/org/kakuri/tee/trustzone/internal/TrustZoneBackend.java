package org.kakuri.tee.trustzone.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.Unsupported;
import org.kakuri.api.attest.Endorser;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.api.tee.Variable;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.arm.ArmPlatform;
import org.kakuri.tee.trustzone.internal.gp.JavaTrustedOs;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Arm TrustZone: instances are trusted applications in the secure world. */
@Component(immediate = true, property = TeeBackend.NAME + "=" + TrustZoneBackend.NAME)
public final class TrustZoneBackend implements TeeBackend {
    /** Name of the backend. */
    public static final String NAME = "trustzone";

    /** Configuration. */
    public @interface Config {
        /** Size of the secure carve-out of machines that have none yet, in MiB, 1 to 2048. Real boards have 16 to 64. */
        int secureMemoryMiB() default 512;
    }

    private final long secureBytes;
    private final BackendInfo info;
    private final JavaTrustedOs trustedOs = new JavaTrustedOs(this);

    /** Takes the configuration. */
    @Activate
    public TrustZoneBackend(Config config) {
        this(config.secureMemoryMiB());
    }

    /** Takes the size of carve-outs in MiB. */
    public TrustZoneBackend(int secureMemoryMiB) {
        if (secureMemoryMiB < 1 || secureMemoryMiB > 2048) {
            throw new IllegalArgumentException("secureMemoryMiB is 1 to 2048: secureMemoryMiB=" + secureMemoryMiB);
        }
        secureBytes = (long) secureMemoryMiB << 20;
        info = describe(secureBytes);
    }

    /** Ends what clients of trusted applications left; instances on lease are ended by core. */
    @Deactivate
    void stop() {
        trustedOs.close();
    }

    private static BackendInfo describe(long secureBytes) {
        return new BackendInfo(NAME, "Arm TrustZone: trusted applications behind a TZC-400", Machine.ARM,
                BackendInfo.Inner.TA_OS,
                Set.of(Capability.CONFIDENTIALITY, Capability.INTEGRITY, Capability.ATTEST, Capability.SEAL,
                        Capability.ROLLBACK_PROTECTION, Capability.SHARED_MEMORY, Capability.PARALLEL_CONTEXTS,
                        Capability.TWO_WORLDS),
                Map.of("secure.memory.bytes", secureBytes, "ta.threads.max", (long) TaOptions.MAX_THREADS,
                        "report.bytes.max", (long) PsaToken.MAX_REPORT),
                Optional.of(PsaToken.FORMAT), Events.ALL,
                Map.ofEntries(Map.entry("create", "load the TA, take secure memory"),
                        Map.entry("attach", "digest of the TA image"), Map.entry("context", "TA thread"),
                        Map.entry("seal", "open session"), Map.entry("run", "SMC (invoke)"),
                        Map.entry("host call", "RPC by SMC return"), Map.entry("interrupt", "foreign interrupt"),
                        Map.entry("share", "registered NS memory"), Map.entry("checked by", "TZASC, NS bit"),
                        Map.entry("host read", "bus error"), Map.entry("evidence", "PSA-style token"),
                        Map.entry("sealing", "derived from the HUK"),
                        Map.entry("address spaces", "1 per TA")),
                List.of("Arm DDI 0504 (CoreLink TZC-400 TRM)", "Arm DEN0028 (SMC Calling Convention)",
                        "OP-TEE optee_smc.h (RPC by SMC return)", "GlobalPlatform TEE Client API 1.0 (GPD_SPE_007)",
                        "GlobalPlatform TEE Internal Core API 1.3.1 (GPD_SPE_010)",
                        "RFC 9783, May 2025 (PSA attestation token)", "RFC 9052, August 2022 (COSE)",
                        "JEDEC JESD84-B51 (RPMB)"));
    }

    @Override
    public BackendInfo info() {
        return info;
    }

    @Override
    public TeeInstance create(Machine machine, InstanceSpec spec) {
        TaOptions options = TaOptions.of(spec.options());
        ArmPlatform platform = platform(machine);
        return load(machine, spec, new TrustedAppRules(platform, options, identity(spec), true));
    }

    private static java.util.UUID identity(InstanceSpec spec) {
        if (spec.identity() == null) {
            throw new Unsupported("a trusted application needs a UUID: instance=" + spec.name(),
                    "give the instance an identity");
        }
        return spec.identity();
    }

    /** Makes an instance that follows the given rules. */
    public InstanceModel load(Machine machine, InstanceSpec spec, TrustedAppRules rules) {
        MachineModel model = MachineModel.of(machine, Machine.ARM);
        long free = model.memory().free(ArmPlatform.SECURE);
        if (spec.memoryBytes() > free) {
            throw new Unsupported("not enough secure memory: instance=%s, wanted=%d, free=%d, carve-out=%d".formatted(
                    spec.name(), spec.memoryBytes(), free, platform(machine).secure().bytes()),
                    "ask for less, close instances or configure secureMemoryMiB");
        }
        var instance = new InstanceModel(model, spec, rules);
        rules.bind(instance);
        return instance;
    }

    /** Returns the platform of an Arm machine. */
    public ArmPlatform platform(Machine machine) {
        return ArmPlatform.of(MachineModel.of(machine, Machine.ARM), secureBytes);
    }

    @Override
    public List<Crossing> cross(IoIntent intent) {
        return switch (intent.kind()) {
        case FILE, STREAM -> intent.style() == CallStyle.POLLING ? List.of() : rpc(intent.bytes());
        case WAIT -> rpc(intent.bytes());
        case INTERNAL, CLOCK -> List.of();
        };
    }

    private static List<Crossing> rpc(long bytes) {
        return List.of(new Crossing(Events.RPC_EXIT, 1, bytes), new Crossing(Events.SMC, 2, 0),
                new Crossing(Events.RPC_RETURN, 1, 0));
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        if (type == Variable.class) {
            return Optional.of(type.cast(new TrustZoneVariants()));
        }
        if (type == TrustedOs.class) {
            return Optional.of(type.cast(trustedOs));
        }
        if (type == Endorser.class) {
            Endorser endorser = machine -> List.of(platform(machine).attestationKey().getPublic().getEncoded());
            return Optional.of(type.cast(endorser));
        }
        return Optional.empty();
    }
}
