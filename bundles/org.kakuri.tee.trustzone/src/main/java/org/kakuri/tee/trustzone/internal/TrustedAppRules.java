package org.kakuri.tee.trustzone.internal;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.gp.SecureStorage;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Monitor;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.Sealing;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tee.model.Fuses;
import org.kakuri.tee.model.instance.Attachment;
import org.kakuri.tee.model.instance.ContextRunner;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.instance.InstanceRules;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.arm.ArmPlatform;
import org.kakuri.tee.model.arm.SecureMonitor;
import org.kakuri.tee.trustzone.internal.storage.SecureFiles;

/** What makes an instance a trusted application. One object for each instance, bound to it right after it was made. */
public final class TrustedAppRules implements InstanceRules {
    private final ArmPlatform platform;
    private final TaOptions options;
    private final UUID identity;
    private final boolean sessionAtSeal;
    private final Set<ContextRunner> outside = ConcurrentHashMap.newKeySet();
    private volatile String entryEvent = Events.TA_INVOKE;
    private WorldSwitch worlds;
    private volatile byte[] digest;
    private HukSealing sealing;
    private SecureFiles storage;

    /**
     * @param sessionAtSeal whether sealing is the opening of the one session; false where sessions are opened one by one
     */
    public TrustedAppRules(ArmPlatform platform, TaOptions options, UUID identity, boolean sessionAtSeal) {
        this.platform = platform;
        this.options = options;
        this.identity = identity;
        this.sessionAtSeal = sessionAtSeal;
    }

    /** Tells which instance these rules are for. */
    public void bind(InstanceModel instance) {
        worlds = new WorldSwitch(instance.recorder());
    }

    /** Returns where this instance's crossings are recorded. */
    public WorldSwitch worlds() {
        return worlds;
    }

    /** Sets what the next entries are counted as; for callers who enter one at a time. */
    public void entryEvent(String event) {
        entryEvent = event;
    }

    @Override
    public String backend() {
        return TrustZoneBackend.NAME;
    }

    @Override
    public SecurityState securityState() {
        return SecurityState.SECURE;
    }

    @Override
    public Set<String> options() {
        return TaOptions.NAMES;
    }

    @Override
    public String zone() {
        return ArmPlatform.SECURE;
    }

    @Override
    public int maxContexts() {
        return options.threads();
    }

    @Override
    public void attached(InstanceModel own, Attachment attachment) {
        long bytes = attachment.guest().bytes();
        worlds.local(Events.TA_LOAD_PAGE, bytes / PhysicalSpace.PAGE, bytes);
    }

    /**
     * Digests, for each attachment in order: address and length (8 bytes each, big endian), permissions (read 4, write 2,
     * execute 1), content. Divergence: the layout is ours; OP-TEE digests the signed file.
     */
    @Override
    public Measurement measure(InstanceModel own, List<Attachment> attachments) {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        for (Attachment attachment : attachments) {
            sha256.update(ByteBuffer.allocate(17)
                    .putLong(attachment.guest().start())
                    .putLong(attachment.guest().bytes())
                    .put(bits(attachment.perms()))
                    .flip());
            attachment.feed(sha256);
        }
        digest = sha256.digest();
        if (sessionAtSeal) {
            worlds.call(Events.TA_SESSION_OPEN, 1, 0);
        }
        return new Measurement("TA digest", "SHA-256", digest);
    }

    private static byte bits(Perms perms) {
        return (byte) ((perms.read() ? 4 : 0) | (perms.write() ? 2 : 0) | (perms.execute() ? 1 : 0));
    }

    @Override
    public void shared(InstanceModel own, Range physical, boolean registered) {
        worlds.call(Events.SHM_REGISTER, 1, physical.bytes());
        worlds.local(Events.SHM_MAP_PAGE, physical.bytes() / PhysicalSpace.PAGE, physical.bytes());
    }

    @Override
    public void unshared(InstanceModel own, Range physical, boolean registered) {
        worlds.call(Events.SHM_UNREGISTER, 1, physical.bytes());
    }

    @Override
    public void started(ContextRunner context) {
        worlds.enter(entryEvent);
    }

    @Override
    public void left(ContextRunner context, Exit exit) {
        switch (exit) {
        case Exit.HostCall call -> worlds.askHost(call.request().bytes());
        case Exit.Interrupt _ -> worlds.interrupted();
        default -> worlds.smc();
        }
        outside.add(context);
    }

    @Override
    public void reentered(ContextRunner context, Exit exit) {
        outside.remove(context);
        if (exit instanceof Exit.HostCall) {
            worlds.answered();
        } else {
            worlds.smc();
        }
    }

    /** A context that was stopped while it was outside does not leave a second time. */
    @Override
    public void ended(ContextRunner context, Exit.Final exit) {
        if (!outside.remove(context)) {
            worlds.smc();
        }
    }

    @Override
    public Evidence attest(ContextRunner context, byte[] reportData) {
        return PsaToken.issue(platform.attestationKey(), identity, digest, reportData);
    }

    @Override
    public synchronized Sealing sealing(ContextRunner context) {
        if (sealing == null) {
            sealing = new HukSealing(fuses(context), identity, digest);
        }
        return sealing;
    }

    @Override
    public <T> Optional<T> insideExtension(ContextRunner context, Class<T> type) {
        if (type == Monitor.class) {
            InstanceModel own = context.instance();
            return SecureMonitor.inside(own.machine(), context.actor(), own.recorder()).map(type::cast);
        }
        return type == SecureStorage.class ? Optional.of(type.cast(storage(context))) : Optional.empty();
    }

    private synchronized SecureStorage storage(ContextRunner context) {
        if (storage == null) {
            byte[] uuid = ByteBuffer.allocate(16)
                    .putLong(identity.getMostSignificantBits())
                    .putLong(identity.getLeastSignificantBits())
                    .array();
            Path directory = options.storage().orElseGet(platform::scratch);
            storage = new SecureFiles(directory, identity,
                    fuses(context).derive("ta-storage", uuid, SecureFiles.KEY_BYTES), platform.rpmb(), worlds);
        }
        return storage;
    }

    private static Fuses fuses(ContextRunner context) {
        return context.instance().machine().facility(Fuses.class).orElseThrow();
    }

    @Override
    public synchronized void destroyed(InstanceModel own) {
        if (sealing != null) {
            sealing.forget();
        }
        if (storage != null) {
            storage.forget();
        }
    }
}
