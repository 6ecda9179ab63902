package org.kakuri.tee.model.internal;

import org.kakuri.api.Refused;

/** A profile file that cannot be used; the message names file, field and reason. */
final class BrokenProfile extends Refused {
    private static final long serialVersionUID = 1;

    BrokenProfile(String file, String field, String reason) {
        super("cost profile " + file + ": " + (field.isEmpty() ? "" : field + ": ") + reason,
                "correct the file; workspace/calibrations/README.md explains the format");
    }
}
