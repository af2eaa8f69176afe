package io.rebalancer.adm;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a command uses of the process that it runs in.
 *
 * @param out for data
 * @param err for messages and progress
 * @param environment the environment variables
 * @param home the home directory of the user
 * @param terminalWidth columns of the terminal that {@code err} writes to; empty if it is none
 * @param pollInterval how often a command that waits asks the manager
 */
record AdmContext(
        PrintWriter out,
        PrintWriter err,
        Map<String, String> environment,
        Path home,
        Optional<Integer> terminalWidth,
        Clock clock,
        Duration pollInterval) {
    /** Set by the launcher, which can find out what the JVM can't: whether standard error is a terminal. */
    static final String TERMINAL_WIDTH = "rebalancer.adm.terminal-width";

    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

    /** The context of this process. */
    static AdmContext ofProcess(PrintWriter out, PrintWriter err) {
        return new AdmContext(
                out,
                err,
                System.getenv(),
                Path.of(System.getProperty("user.home", "")),
                Optional.ofNullable(Integer.getInteger(TERMINAL_WIDTH)).filter(width -> width > 0),
                Clock.systemUTC(),
                POLL_INTERVAL);
    }

    /** The context that the command of {@code spec} runs in. */
    static AdmContext of(CommandSpec spec) {
        return ((AdmCommand) spec.root().userObject()).context();
    }

    /** The environment variable of this name; empty if it is not set or has no text. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    /** The width of a terminal on which a line may be redrawn; empty if there is none. */
    Optional<Integer> redrawnWidth() {
        return variable("TERM").filter("dumb"::equals).isPresent() ? Optional.empty() : terminalWidth;
    }
}
