package org.kakuri.tee.sgx.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.LocalAttestation;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.PagedBacking;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.Sealing;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.attest.sgx.Quote;
import org.kakuri.attest.sgx.ReportBody;
import org.kakuri.attest.sgx.SigStruct;
import org.kakuri.tee.model.EventCounter;
import org.kakuri.tee.model.EventRecorder;
import org.kakuri.tee.model.instance.Attachment;
import org.kakuri.tee.model.instance.ContextRunner;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.instance.InstanceRules;
import org.kakuri.tee.model.instance.Placed;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.x86.EpcmEntry;
import org.kakuri.tee.model.x86.PageType;

/**
 * What makes an instance an enclave. One object for each instance, bound to it right after it was made.
 * <p>
 * Divergence: EADD copies a page, so that the host's own copy no longer matters. Here the page stays where its owner
 * has it, and its bytes are taken at EINIT: what the host changes until then counts as changed before EADD.
 */
final class EnclaveRules implements InstanceRules {
    private static final long PAGE = PhysicalSpace.PAGE;
    /** ATTRIBUTES.XFRM: x87 and SSE, the two that must be set. */
    private static final long XFRM = 3;
    private static final int REPORT_DATA = 64;

    private final Pager pager;
    private Residency residency;
    private final SgxOptions options;
    private final QuotingEnclave quoting;
    private final KnownMeasurements known;
    private final Secs secs;
    private final Map<ContextRunner, Tcs> inside = new ConcurrentHashMap<>();
    private final Set<ContextRunner> outside = ConcurrentHashMap.newKeySet();
    private EventRecorder recorder;
    private EventCounter eenter;
    private EventCounter eexit;
    private EnclavePages control;
    private Credentials credentials;
    private Threads threads;

    EnclaveRules(Pager pager, SgxOptions options, QuotingEnclave quoting, KnownMeasurements known) {
        this.quoting = quoting;
        this.known = known;
        this.pager = pager;
        this.options = options;
        long debug = options.debug() ? ReportBody.DEBUG : 0;
        this.secs = options.sigStruct()
                .map(sig -> new Secs(options.elrange(), sig.miscSelect(), sig.attributes() & ~ReportBody.INIT | debug,
                        sig.xfrm()))
                .orElseGet(() -> new Secs(options.elrange(), 0, ReportBody.MODE64BIT | debug, XFRM));
    }

    /**
     * Tells which instance these rules are for, and makes its SECS.
     *
     * @throws Unsupported if the EPC is full
     */
    void create(InstanceModel instance) {
        recorder = instance.recorder();
        eenter = recorder.counter(Events.EENTER);
        eexit = recorder.counter(Events.EEXIT);
        residency = new Residency(instance.name(), recorder);
        pager.add(residency);
        threads = new Threads(pager, residency, options, instance.id(), recorder);
        control = EnclavePages.fill(pager, residency, secs.backing(),
                EpcmEntry.of(PageType.PT_SECS, instance.id(), 0, Perms.NONE));
        recorder.record(Events.ECREATE);
        credentials = new Credentials(instance.machine(), secs, recorder, options.sealToSigner());
    }

    @Override
    public String backend() {
        return SgxBackend.NAME;
    }

    @Override
    public SecurityState securityState() {
        return SecurityState.ENCLAVE;
    }

    @Override
    public Set<String> options() {
        return SgxOptions.NAMES;
    }

    @Override
    public boolean dynamicMemory() {
        return true;
    }

    /**
     * EADD of each page, or EAUG if the enclave is initialised: the page then is zeroed, whatever the host put there.
     */
    @Override
    public Placed place(InstanceModel own, Range guest, Backing backing, Perms perms) {
        Range elrange = options.elrange();
        if (!elrange.contains(guest)) {
            throw new Unsupported(
                    "outside of ELRANGE: instance=%s, wanted=%s, ELRANGE=%s".formatted(own.name(), guest, elrange),
                    "attach it inside, or set elrange.base and elrange.size");
        }
        if (guest.end() > elrange.end() - threads.reserved()) {
            throw new WrongState(
                    "enclave addresses are taken: instance=%s, wanted=%s, by thread control structures from".formatted(
                            own.name(), guest) + " 0x" + Long.toHexString(elrange.end() - threads.reserved()),
                    "attach it elsewhere");
        }
        if (perms.write() && !perms.read()) {
            throw new Unsupported(
                    "EADD: #GP(0): SECINFO.FLAGS.W without R: instance=%s, range=%s".formatted(own.name(), guest),
                    "pages that are written are readable");
        }
        boolean building = own.state() == InstanceState.BUILDING;
        EpcmEntry first = EpcmEntry.of(PageType.PT_REG, own.id(), guest.start(), building ? perms : Perms.RW);
        if (backing instanceof PagedBacking paged) {
            return EnclavePages.paged(pager, residency, paged, first.withPending(true));
        }
        EnclavePages pages = EnclavePages.fill(pager, residency, backing, first.withPending(!building));
        if (!building) {
            backing.scrub();
        }
        recorder.record(building ? Events.EADD : Events.EAUG, pages.count(), pages.count() * PAGE);
        return pages;
    }

    /** EACCEPT of each page, which EAUG made readable and writable; other permissions follow. Of paged memory each by itself, later. */
    @Override
    public void accepted(InstanceModel own, Attachment attachment) {
        EnclavePages pages = (EnclavePages) attachment.placed();
        if (pages.paged()) {
            return;
        }
        recorder.record(Events.EACCEPT, pages.count(), 0);
        if (attachment.perms().execute()) {
            recorder.record(Events.EMODPE, pages.count(), 0);
        }
        if (!attachment.perms().write() || !attachment.perms().read()) {
            recorder.record(Events.EMODPR, pages.count(), 0);
            recorder.record(Events.EACCEPT, pages.count(), 0);
        }
        pages.accept(attachment.perms());
    }

    @Override
    public void detached(InstanceModel own, Attachment attachment) {
        EnclavePages pages = (EnclavePages) attachment.placed();
        recorder.record(Events.EREMOVE, pages.paged() ? pages.present() : pages.count(), 0);
    }

    /** MRENCLAVE over what is attached, in that order, and the threads' pages behind it. */
    @Override
    public Measurement measure(InstanceModel own, List<Attachment> attachments) {
        residency.enter(pager);
        try {
            return initialise(attachments);
        } finally {
            residency.leave();
        }
    }

    private Measurement initialise(List<Attachment> attachments) {
        for (Attachment attachment : attachments) {
            long bytes = attachment.guest().bytes();
            recorder.record(Events.EEXTEND, bytes / MeasuredPages.CHUNK, bytes);
        }
        threads.build();
        byte[] mrenclave = known.of(options, attachments, () -> digest(attachments));
        SigStruct sig = options.sigStruct()
                .orElseGet(() -> DevelopmentSigner.sign(mrenclave, options.isvProdId(), options.isvSvn(),
                        options.debug()));
        Einit.require(new Einit.Request(sig, secs, mrenclave, false));
        secs.initialise(mrenclave, sig);
        recorder.record(Events.EINIT);
        return new Measurement("MRENCLAVE", "SHA-256", mrenclave);
    }

    private byte[] digest(List<Attachment> attachments) {
        var measured = new MeasuredPages(Secs.SSA_FRAME_PAGES, options.elrange().bytes());
        for (Attachment attachment : attachments) {
            measured.add(attachment.guest().start() - options.elrange().start(), attachment.backing(), PageType.PT_REG,
                    attachment.perms());
        }
        threads.measure(measured);
        return measured.finish();
    }

    @Override
    public void started(ContextRunner context) {
        residency.enter(pager);
        Tcs tcs = threads.take();
        tcs.enter();
        inside.put(context, tcs);
        eenter.record();
    }

    @Override
    public void left(ContextRunner context, Exit exit) {
        Tcs tcs = inside.get(context);
        switch (exit) {
        case Exit.Interrupt _ -> {
            tcs.asynchronousExit();
            recorder.record(Events.AEX);
        }
        case Exit.HostCall call -> {
            tcs.exit();
            eexit.record(1, call.request().bytes());
        }
        default -> {
            tcs.exit();
            eexit.record();
        }
        }
        outside.add(context);
        residency.leave();
    }

    @Override
    public void reentered(ContextRunner context, Exit exit) {
        residency.enter(pager);
        outside.remove(context);
        Tcs tcs = inside.get(context);
        if (exit instanceof Exit.Interrupt) {
            tcs.resume();
            recorder.record(Events.ERESUME);
        } else {
            tcs.enter();
            eenter.record();
        }
    }

    /** A context that was stopped while it was outside does not leave a second time. */
    @Override
    public void ended(ContextRunner context, Exit.Final exit) {
        Tcs tcs = inside.remove(context);
        if (tcs == null) {
            return;
        }
        if (!outside.remove(context)) {
            if (exit instanceof Exit.Ended) {
                tcs.exit();
                eexit.record();
            } else {
                tcs.asynchronousExit();
                recorder.record(Events.AEX);
            }
            residency.leave();
        }
        threads.giveBack(tcs);
    }

    /** EREPORT for the quoting enclave; the host carries the report there and the quote back. */
    @Override
    public Evidence attest(ContextRunner context, byte[] reportData) {
        Report report = credentials.ereport(quoting.target(), Arrays.copyOf(reportData, REPORT_DATA));
        Tcs tcs = inside.get(context);
        tcs.exit();
        eexit.record(1, Report.BYTES);
        byte[] quote = quoting.quote(report);
        recorder.record(Events.QUOTE, 1, quote.length);
        tcs.enter();
        eenter.record();
        return new Evidence(Quote.FORMAT, quote);
    }

    @Override
    public Sealing sealing(ContextRunner context) {
        return credentials.sealing();
    }

    @Override
    public <T> Optional<T> insideExtension(ContextRunner context, Class<T> type) {
        return type == LocalAttestation.class ? Optional.of(type.cast(credentials.local())) : Optional.empty();
    }

    /** The SECS goes last: EREMOVE refuses it while the enclave has pages. */
    @Override
    public void destroyed(InstanceModel own) {
        if (residency != null) {
            pager.remove(residency);
        }
        if (control == null) {
            return;
        }
        recorder.record(Events.EREMOVE, threads.remove() + 1L, 0);
        if (credentials != null) {
            credentials.forget();
        }
        secs.backing().scrub();
        control.remove();
    }
}
