package org.kakuri.platform.vm.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMemory;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.Introspection;
import org.kakuri.platform.vm.internal.kernel.KernelFinder;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.linux.LinuxSystem;
import org.osgi.service.component.annotations.Component;

/** Finds kernels; remembers what the last few images told. */
@Component
public final class Introspector implements Introspection {
    private static final int REMEMBERED = 3;
    private static final long LARGEST = 512L << 20;

    private record Key(Path path, long size, FileTime changed) {}

    private final Map<Key, KernelModel> models = new LinkedHashMap<>(8, 0.75f, true);

    @Override
    public GuestSystem inspect(GuestMemory memory, Path kernel) {
        try {
            return new LinuxSystem(KernelFinder.find(memory, model(kernel)));
        } catch (GuestFault bad) {
            throw new Refused("the kernel that was found cannot be read: " + bad.getMessage(),
                    "its memory is damaged, or it has not come up", bad);
        }
    }

    /** Reads an image, or takes what it told before. One at a time: it needs a few hundred megabytes. */
    public synchronized KernelModel model(Path kernel) {
        try {
            BasicFileAttributes file = Files.readAttributes(kernel, BasicFileAttributes.class);
            if (file.size() > LARGEST) {
                throw new KakuriException("%s has %d bytes; no kernel image has".formatted(kernel, file.size()),
                        "name a vmlinuz");
            }
            Key key = new Key(kernel.toRealPath(), file.size(), file.lastModifiedTime());
            KernelModel known = models.get(key);
            if (known == null) {
                known = KernelModel.read(Files.readAllBytes(kernel));
                models.put(key, known);
                if (models.size() > REMEMBERED) {
                    models.remove(models.keySet().iterator().next());
                }
            }
            return known;
        } catch (IOException e) {
            throw new KakuriException("cannot read the kernel image %s: %s".formatted(kernel, e.getMessage()), "", e);
        }
    }
}
