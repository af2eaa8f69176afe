package io.rebalancer.cluster.settings;

import java.util.Optional;

/** Which build this is. */
public final class Build {
    /** As the jar says, or 0.0.0-dev where there is no jar. */
    public static final String VERSION = Optional.ofNullable(
                    Build.class.getPackage().getImplementationVersion())
            .orElse("0.0.0-dev");

    private Build() {}
}
