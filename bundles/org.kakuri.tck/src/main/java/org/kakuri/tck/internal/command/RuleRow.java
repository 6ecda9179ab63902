package org.kakuri.tck.internal.command;

import java.util.Set;
import org.kakuri.api.tee.Capability;

/**
 * A check in a list.
 *
 * @param id of the check
 * @param needs capabilities that it presumes
 * @param rule what it checks
 */
public record RuleRow(String id, Set<Capability> needs, String rule) {}
