package org.kakuri.api.experiment;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A research system that the workbench rebuilds, as a service with the property {@link #NAME}. What it can do is reached through
 * its experiments and its commands; this interface only tells what it is. Thread-safe.
 */
@ConsumerType
public interface ResearchSystem {
    /** Service property. String. The system's unique name, equal to {@link SystemInfo#name()}. */
    String NAME = "kakuri.system.name";

    /** Returns what the system is. Constant for the life of the service. */
    SystemInfo info();
}
