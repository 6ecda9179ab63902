package org.kakuri.api.experiment;

import java.util.List;
import java.util.Map;
import org.kakuri.api.Label;
import org.kakuri.api.tee.CostProfile;

/**
 * What an arm is.
 *
 * @param name what claims and figures call it, for example {@code polling}
 * @param title what it really ran, for people
 * @param label where its numbers come from
 * @param parameters what sets it apart, beside the trial's point
 * @param keyEvents events the arm's meaning depends on; one that is unobserved makes the arm Unsupported
 * @param profile the prices that counts are charged with; {@link CostProfile#UNPRICED} if none
 */
public record ArmInfo(String name, String title, Label label, Map<String, String> parameters, List<String> keyEvents,
        CostProfile profile) {

    /** Copies the collections. */
    public ArmInfo {
        parameters = Map.copyOf(parameters);
        keyEvents = List.copyOf(keyEvents);
    }
}
