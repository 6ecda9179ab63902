package org.kakuri.system.runtimes.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kakuri.api.Deadline;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.Readiness;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.DirectLease;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.runtime.occlum.internal.OcclumRuntime;
import org.kakuri.runtime.plain.internal.PlainRuntime;
import org.kakuri.runtime.scone.internal.SconeRuntime;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.sgx.internal.SgxBackend;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** Real backends and runtimes, lent without core, and what an experiment tells of itself. */
final class TestWorkbench implements Workbench, TrialContext, AutoCloseable {
    /** What was skipped, with the reason. */
    final Map<String, String> skipped = new TreeMap<>();
    /** Leases that are open. */
    int lent;
    private final Map<String, Lent> backends = new LinkedHashMap<>();
    private final Map<String, IsolationRuntime> runtimes = new LinkedHashMap<>(Map.of("plain", new PlainRuntime(),
            "scone", new SconeRuntime(), "occlum", new OcclumRuntime()));

    private record Lent(TeeBackend backend, MachineModel machine) implements DirectLease {}

    TestWorkbench none() {
        return add(new NoneBackend(), Machine.ANY);
    }

    TestWorkbench sgx() {
        return add(new SgxBackend(256), Machine.X86_64);
    }

    TestWorkbench trustZone() {
        return add(new TrustZoneBackend(1024), Machine.ARM);
    }

    private TestWorkbench add(TeeBackend backend, String architecture) {
        backends.put(backend.info().name(), new Lent(backend, new MachineModel("test", architecture)));
        return this;
    }

    /** Returns a point of an experiment: the first default of each parameter, but for those that are given. */
    static Point point(Experiment experiment, String... given) {
        var values = new TreeMap<String, String>();
        for (Parameter parameter : experiment.info().parameters()) {
            String text = parameter.defaults().getFirst();
            values.put(parameter.name(), parameter.kind() == Parameter.Kind.SIZE ? Long.toString(size(text)) : text);
        }
        for (String one : given) {
            values.put(one.substring(0, one.indexOf('=')), one.substring(one.indexOf('=') + 1));
        }
        return new Point(values);
    }

    private static long size(String text) {
        return Long.parseLong(text.substring(0, text.length() - 1)) << (text.endsWith("m") ? 20 : 10);
    }

    /** What one arm has measured. */
    static final class Measured implements SampleSink {
        final List<Double> samples = new ArrayList<>();
        final Map<String, Double> extras = new TreeMap<>();
        final List<String> failures = new ArrayList<>();
        LedgerSnapshot events = LedgerSnapshot.EMPTY;

        @Override
        public void sample(double value) {
            samples.add(value);
        }

        @Override
        public void extra(String name, double value) {
            extras.put(name, value);
        }

        @Override
        public void events(LedgerSnapshot counted) {
            events = events.plus(counted);
        }

        @Override
        public void failure(String reason) {
            failures.add(reason);
        }

        long count(String event) {
            return events.count(event).count();
        }
    }

    @Override
    public Workbench workbench() {
        return this;
    }

    @Override
    public CostProfile costProfile(String architecture) {
        return CostProfile.UNPRICED;
    }

    @Override
    public Path scratch() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path workspace() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Deadline deadline() {
        return Deadline.inSeconds(60);
    }

    @Override
    public boolean cancelled() {
        return false;
    }

    @Override
    public void note(String key, String value) {
        // Told to people only.
    }

    @Override
    public void skipped(String what, String why) {
        skipped.put(what, why);
    }

    @Override
    public List<BackendInfo> backends() {
        return backends.values().stream().map(Lent::info).toList();
    }

    @Override
    public List<RuntimeInfo> runtimes() {
        return runtimes.values().stream().map(IsolationRuntime::info).toList();
    }

    @Override
    public BackendInfo backend(String name) {
        return backends.get(name).info();
    }

    @Override
    public RuntimeInfo runtime(String name) {
        return runtimes.get(name).info();
    }

    @Override
    public Cell cell(String backend, String runtime) {
        return runtimes.get(runtime).cell(backend(backend));
    }

    @Override
    public Lease lease(Selector selector, Deadline deadline) {
        Lent backend = backends.get(selector.backend().orElseThrow());
        IsolationRuntime runtime = runtimes.get(selector.runtime().orElseThrow());
        lent++;
        return new Lease() {
            @Override
            public BackendInfo backend() {
                return backend.info();
            }

            @Override
            public RuntimeInfo runtime() {
                return runtime.info();
            }

            @Override
            public Cell cell() {
                return runtime.cell(backend.info());
            }

            @Override
            public RuntimeSession open(RuntimeImage image, SessionSpec spec) {
                return runtime.open(backend, image, spec);
            }

            @Override
            public void close() {
                lent--;
            }
        };
    }

    @Override
    public Readiness readiness() {
        return new Readiness(List.of());
    }

    @Override
    public List<LeaseInfo> leases() {
        return List.of();
    }

    @Override
    public InUse inUse() {
        return new InUse("none", "plain");
    }

    @Override
    public InUse useBackend(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InUse useRuntime(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        backends.values().forEach(backend -> backend.machine().close());
    }
}
