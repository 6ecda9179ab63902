/**
 * What enclaves, trusted applications, confidential VMs and realms have in common: the life of an instance, its attachments,
 * shared memory and running contexts. A backend states only what differs, as
 * {@link org.kakuri.tee.model.instance.InstanceRules}.
 */
@Export
@Version("1.1.0")
package org.kakuri.tee.model.instance;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
