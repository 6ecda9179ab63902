package org.kakuri.tee.model.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.Nearest;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.CostProfiles;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The profiles of the workspace's folder {@code calibrations}. The folder is read again at each question, so an edited file
 * counts at once; a profile in use stays as it was until it is put into use again. A broken file is reported once for each
 * fault and left out.
 */
@Component
public final class ProfileShelf implements CostProfiles {
    /** Framework property. String. Path of the workspace. Default: none, so that there is only the unpriced profile. */
    public static final String WORKSPACE = "kakuri.workspace";

    private static final System.Logger LOG = System.getLogger(ProfileShelf.class.getName());

    private final Optional<Path> folder;
    private final Map<String, CostProfile> inUse = new HashMap<>();
    private final Set<String> reported = new HashSet<>();

    /** Reads from the workspace of the framework. */
    @Activate
    public ProfileShelf(BundleContext context) {
        this(Optional.ofNullable(context.getProperty(WORKSPACE)).map(path -> Path.of(path, "calibrations")));
    }

    ProfileShelf(Optional<Path> folder) {
        this.folder = folder;
    }

    @Override
    public List<CostProfile> profiles() {
        var all = new ArrayList<CostProfile>();
        all.add(CostProfile.UNPRICED);
        all.addAll(read().profiles().values());
        return List.copyOf(all);
    }

    @Override
    public synchronized CostProfile inUse(String architecture) {
        return inUse.getOrDefault(architecture, CostProfile.UNPRICED);
    }

    @Override
    public CostProfile use(String id) {
        if (id.equals(CostProfile.UNPRICED.id())) {
            synchronized (this) {
                inUse.clear();
            }
            return CostProfile.UNPRICED;
        }
        ProfileReader.Reading reading = read();
        CostProfile profile = reading.profiles().get(id);
        if (profile == null) {
            throw unusable(id, reading);
        }
        synchronized (this) {
            inUse.put(profile.architecture(), profile);
        }
        return profile;
    }

    private static RuntimeException unusable(String id, ProfileReader.Reading reading) {
        BrokenProfile broken = reading.broken().get(id);
        if (broken != null) {
            return new org.kakuri.api.UsageError(broken.getMessage(), broken.remedy());
        }
        var names = new ArrayList<>(reading.profiles().keySet());
        names.add(CostProfile.UNPRICED.id());
        return Nearest.unknown("cost profile", id, names);
    }

    private ProfileReader.Reading read() {
        ProfileReader.Reading reading = folder.map(where -> new ProfileReader().readAll(where))
                .orElseGet(() -> new ProfileReader.Reading(Map.of(), Map.of()));
        reading.broken().values().forEach(this::report);
        return reading;
    }

    private void report(BrokenProfile broken) {
        synchronized (reported) {
            if (!reported.add(broken.getMessage())) {
                return;
            }
        }
        LOG.log(System.Logger.Level.WARNING, "{0}; the profile is left out", broken.getMessage());
    }
}
