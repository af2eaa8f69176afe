package io.rebalancer.adm;

import picocli.CommandLine.Option;

/** The options that every command has. */
final class HelpOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this help and exits")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "prints the version and exits")
    private boolean version;

    /** Whether one of the options was given. */
    @Override
    public String toString() {
        return help ? "help" : version ? "version" : "none";
    }
}
