package io.rebalancer.cluster.settings;

import java.util.Optional;

/** The version of this build. */
public final class Build {
    /** From the manifest of the jar; {@code 0.0.0-dev} if the classes are not in a jar. */
    public static final String VERSION = Optional.ofNullable(
                    Build.class.getPackage().getImplementationVersion())
            .orElse("0.0.0-dev");

    private Build() {}
}
