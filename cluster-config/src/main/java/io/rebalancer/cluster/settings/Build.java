package io.rebalancer.cluster.settings;

import java.util.Optional;

/** Which build this is. */
public final class Build {
    /** As the jar says; {@code dev} when there is no jar, or what the property {@code rebalancer.version} says. */
    public static final String VERSION = Optional.ofNullable(System.getProperty("rebalancer.version"))
            .or(() -> Optional.ofNullable(Build.class.getPackage().getImplementationVersion()))
            .orElse("0.0.0-dev");

    private Build() {}
}
