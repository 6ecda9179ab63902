package org.kakuri.api.tee;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The cost profiles there are, and which one is in use for an architecture. Thread-safe. */
@ProviderType
public interface CostProfiles {
    /** Returns every profile, {@link CostProfile#UNPRICED} first. */
    List<CostProfile> profiles();

    /** Returns the profile in use for machines of that architecture. */
    CostProfile inUse(String architecture);

    /**
     * Puts a profile into use for its architecture, or for all of them if it is {@link CostProfile#UNPRICED}. Instances that
     * exist keep the profile they were made with.
     *
     * @throws org.kakuri.api.UsageError if there is no such profile, naming the nearest
     */
    CostProfile use(String id);
}
