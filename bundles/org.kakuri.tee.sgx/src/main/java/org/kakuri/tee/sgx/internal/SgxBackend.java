package org.kakuri.tee.sgx.internal;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.kakuri.api.Unsupported;
import org.kakuri.api.attest.Endorser;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.DemandPaging;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.api.tee.Variable;
import org.kakuri.attest.sgx.Quote;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.x86.Epc;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Intel SGX: instances are enclaves in the machine's enclave page cache. */
@Component(immediate = true, property = TeeBackend.NAME + "=" + SgxBackend.NAME)
public final class SgxBackend implements TeeBackend {
    /** Name of the backend. */
    public static final String NAME = "sgx";
    static final int DEFAULT_EPC_MIB = 256;
    static final long MAX_EPC_MIB = Epc.MAX_BYTES >> 20;

    /** Configuration. */
    public @interface Config {
        /**
         * Size of the enclave page cache of machines that have none yet, in MiB, 1 to 1048576. Client processors had
         * 128 (of which 93 were for enclaves) or 256; a server of 2021 has up to 512 GiB.
         */
        int epcMiB() default DEFAULT_EPC_MIB;
    }

    private final Map<MachineModel, QuotingEnclave> quoting = Collections.synchronizedMap(new WeakHashMap<>());
    private final Map<MachineModel, Pager> pagers = Collections.synchronizedMap(new WeakHashMap<>());
    private final KnownMeasurements known = new KnownMeasurements();
    private final long epcBytes;
    private final BackendInfo info;

    /** Takes the configuration. */
    @Activate
    public SgxBackend(Config config) {
        this(config.epcMiB());
    }

    /** Takes the size of page caches in MiB. */
    public SgxBackend(int epcMiB) {
        if (epcMiB < 1 || epcMiB > MAX_EPC_MIB) {
            throw new IllegalArgumentException("epcMiB is 1 to " + MAX_EPC_MIB + ": epcMiB=" + epcMiB);
        }
        epcBytes = (long) epcMiB << 20;
        info = describe(epcBytes);
    }

    private static BackendInfo describe(long epcBytes) {
        return new BackendInfo(NAME, "Intel SGX: enclaves in the EPC, behind the EPCM", Machine.X86_64,
                BackendInfo.Inner.USER,
                Set.of(Capability.CONFIDENTIALITY, Capability.INTEGRITY, Capability.ATTEST, Capability.SEAL,
                        Capability.SHARED_MEMORY,
                        Capability.PARALLEL_CONTEXTS, Capability.DYNAMIC_MEMORY),
                Map.of("epc.memory.bytes", epcBytes, "report.bytes.max", 64L), Optional.of(Quote.FORMAT), Events.ALL,
                Map.ofEntries(Map.entry("create", "ECREATE"), Map.entry("attach", "EADD + EEXTEND"),
                        Map.entry("context", "TCS page"), Map.entry("seal", "EINIT"),
                        Map.entry("run", "EENTER / ERESUME"), Map.entry("host call", "EEXIT (OCALL)"),
                        Map.entry("interrupt", "AEX"), Map.entry("share", "outside ELRANGE"),
                        Map.entry("checked by", "EPCM"), Map.entry("host read", "abort page"),
                        Map.entry("offer + accept", "EAUG + EACCEPT"), Map.entry("sealing", "EGETKEY"),
                        Map.entry("evidence", "EREPORT, quote"),
                        Map.entry("address spaces", "1")),
                List.of("Intel SDM vol. 3D, chapters 37 to 42",
                        "Intel SGX ECDSA QuoteLib Reference (DCAP API), appendix A",
                        "Intel SGX PCK Certificate and CRL Profile Specification"));
    }

    /** Frees what belongs to no enclave; enclaves on lease are ended by core. */
    @Deactivate
    void stop() {
        pagers.values().forEach(Pager::close);
        pagers.clear();
    }

    /** Returns who moves pages on that machine. */
    Pager pager(MachineModel machine, Epc epc) {
        return pagers.computeIfAbsent(machine, made -> new Pager(made, epc));
    }

    private QuotingEnclave quoting(Machine machine) {
        return quoting.computeIfAbsent(MachineModel.of(machine, Machine.X86_64), QuotingEnclave::new);
    }

    @Override
    public BackendInfo info() {
        return info;
    }

    @Override
    public TeeInstance create(Machine machine, InstanceSpec spec) {
        SgxOptions options = SgxOptions.of(spec.options());
        MachineModel model = MachineModel.of(machine, Machine.X86_64);
        Epc epc = Epc.of(model, epcBytes);
        if (spec.memoryBytes() > epc.range().bytes()) {
            throw new Unsupported("larger than the EPC: instance=%s, wanted=%d, EPC=%d".formatted(spec.name(),
                    spec.memoryBytes(), epc.range().bytes()),
                    "an enclave is in the EPC as a whole while it runs; ask for less or configure epcMiB");
        }
        var rules = new EnclaveRules(pager(model, epc), options, quoting(model), known);
        var instance = new InstanceModel(model, spec, rules);
        try {
            rules.create(instance);
        } catch (RuntimeException e) {
            instance.close();
            throw e;
        }
        return instance;
    }

    @Override
    public List<Crossing> cross(IoIntent intent) {
        return switch (intent.kind()) {
        case FILE, STREAM, CLOCK -> intent.style() == CallStyle.POLLING ? List.of() : outsideCall(intent.bytes());
        case WAIT -> outsideCall(intent.bytes());
        case INTERNAL -> List.of();
        };
    }

    private static List<Crossing> outsideCall(long bytes) {
        return List.of(new Crossing(Events.EEXIT, 1, bytes), new Crossing(Events.EENTER, 1, 0));
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        if (type == Endorser.class) {
            Endorser endorser = machine -> List.of(quoting(machine).rootKey().getEncoded());
            return Optional.of(type.cast(endorser));
        }
        if (type == DemandPaging.class) {
            DemandPaging paging = PagedArea::attach;
            return Optional.of(type.cast(paging));
        }
        return type == Variable.class ? Optional.of(type.cast(new SgxVariants())) : Optional.empty();
    }
}
