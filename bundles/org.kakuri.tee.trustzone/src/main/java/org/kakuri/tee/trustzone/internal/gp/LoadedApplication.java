package org.kakuri.tee.trustzone.internal.gp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.kakuri.api.gp.Origin;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TaProperties;
import org.kakuri.api.gp.TrustedApplication;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.Perms;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.trustzone.internal.Events;
import org.kakuri.tee.trustzone.internal.TrustedAppRules;

/** An instance of an application in Java. Its methods are called by whoever has its turn. */
final class LoadedApplication {
    private static final long IMAGE_ADDRESS = 0x10000;

    private final TaProperties properties;
    private final TrustedApplication code;
    private final InstanceModel instance;
    private final TrustedAppRules rules;
    private final Set<AppSession> sessions = new HashSet<>();
    private boolean created;

    LoadedApplication(TaImage image, InstanceModel instance, TrustedAppRules rules) {
        this.properties = image.properties();
        this.code = image.code().get();
        this.instance = instance;
        this.rules = rules;
    }

    /** Returns the secure memory that an image takes: the image itself and its data, each in whole pages. */
    static long memoryBytes(TaImage image) {
        return pages(image.bytes().length) + pages(image.properties().dataBytes());
    }

    private static long pages(long bytes) {
        return (bytes + PhysicalSpace.PAGE - 1) & -PhysicalSpace.PAGE;
    }

    /** Loads image and data. The memory is the garbage collector's; destroying the instance scrubs it. */
    void load(TaImage image) {
        MemorySegment pages = Arena.ofAuto().allocate(pages(image.bytes().length), PhysicalSpace.PAGE);
        pages.copyFrom(MemorySegment.ofArray(image.bytes()));
        instance.attach(IMAGE_ADDRESS, Backing.of(pages), Perms.RX);
        if (properties.dataBytes() > 0) {
            instance.attach(IMAGE_ADDRESS + pages.byteSize(),
                    Backing.of(Arena.ofAuto().allocate(pages(properties.dataBytes()), PhysicalSpace.PAGE)), Perms.RW);
        }
        instance.seal();
    }

    TaProperties properties() {
        return properties;
    }

    InstanceModel instance() {
        return instance;
    }

    TrustedAppRules rules() {
        return rules;
    }

    boolean alive() {
        return instance.state() != InstanceState.DESTROYED;
    }

    boolean busy() {
        return !sessions.isEmpty();
    }

    Returned open(AppSession session, AppParams params, ExitHandler supplicant) {
        Returned returned = enter(Events.TA_SESSION_OPEN, supplicant, inside -> {
            if (!created) {
                ResultCode result = code.createEntryPoint(inside);
                if (!result.equals(ResultCode.SUCCESS)) {
                    return result;
                }
                created = true;
            }
            return session.during(inside, () -> code.openSession(session, params));
        });
        if (returned.success()) {
            sessions.add(session);
        }
        return returned;
    }

    Returned invoke(AppSession session, int command, AppParams params, ExitHandler supplicant) {
        return enter(Events.TA_INVOKE, supplicant,
                inside -> session.during(inside, () -> code.invokeCommand(session, command, params)));
    }

    /** Closes a session, and the instance with its last one where it is not kept alive. */
    void close(AppSession session, ExitHandler supplicant) {
        if (!sessions.remove(session) || !alive()) {
            return;
        }
        boolean last = sessions.isEmpty() && !(properties.singleInstance() && properties.keepAlive());
        enter(Events.TA_SESSION_CLOSE, supplicant, inside -> {
            session.during(inside, () -> {
                code.closeSession(session);
                return ResultCode.SUCCESS;
            });
            if (last) {
                code.destroyEntryPoint();
            }
            return ResultCode.SUCCESS;
        });
        if (last) {
            instance.close();
        }
    }

    /** Gives up an instance that never got a session. */
    void unload() {
        if (!busy() && !(created && properties.singleInstance() && properties.keepAlive())) {
            instance.close();
        }
    }

    /**
     * Enters an application on a thread of the TA OS. Whoever's call it is answers what the application asks for.
     *
     * @rule TEE Internal Core API 1.3.1, panics: a panic kills the instance; clients get TEE_ERROR_TARGET_DEAD
     */
    private Returned enter(String event, ExitHandler supplicant, Function<Inside, ResultCode> entry) {
        rules.entryEvent(event);
        var result = new ResultCode[1];
        Exit.Final exit = instance.addContext(new ContextSpec(properties.uuid() + " " + event, inside -> {
            result[0] = entry.apply(inside);
            return 0;
        })).run(supplicant);
        if (exit instanceof Exit.Ended && result[0] != null) {
            return new Returned(result[0], Origin.TRUSTED_APP);
        }
        System.getLogger(LoadedApplication.class.getName())
                .log(System.Logger.Level.WARNING, "trusted application {0} panicked: {1}", properties.uuid(), exit);
        instance.close();
        return new Returned(ResultCode.TARGET_DEAD, Origin.TEE);
    }
}
