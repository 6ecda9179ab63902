/**
 * The modelled machine, for backends and for nobody else: its identity and lifetime, its fuses, and the recorders that are
 * the only writers of ledgers. {@code memory} holds the physical address space and its checkers, {@code instance} what all
 * backends' instances have in common.
 * <p>
 * Lock order: an instance's gate, then the machine's registry, then the address space. Hooks of
 * {@link org.kakuri.tee.model.instance.InstanceRules} say under which of them they run.
 */
@Export
@Version("1.1.0")
package org.kakuri.tee.model;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
