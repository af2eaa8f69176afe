package io.rebalancer.cluster.process;

import io.rebalancer.cluster.settings.UserFacingError;
import io.rebalancer.core.text.OneLine;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Runs a subcommand. Every error is reported as one line on standard error. */
public final class CommandLines {
    private static final int FAILED = 1;

    private CommandLines() {}

    /** Runs a command and ends the process with its exit code: 2 after a usage error, 1 after an exception. */
    public static void runAndExit(Callable<Integer> command, String... arguments) {
        System.exit(run(command, arguments));
    }

    /** Runs a command and returns its exit code; see {@link #runAndExit}. */
    public static int run(Callable<Integer> command, String... arguments) {
        return new CommandLine(command)
                .setParameterExceptionHandler((fault, given) -> {
                    CommandLine line = fault.getCommandLine();
                    line.getErr()
                            .println("rebalancer " + line.getCommandSpec().qualifiedName() + ": " + OneLine.of(fault)
                                    + " (try --help)");
                    return line.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((fault, line, parsed) -> {
                    if (!(fault instanceof UserFacingError)) {
                        LoggerFactory.getLogger(CommandLines.class).error("{} failed", line.getCommandName(), fault);
                    }
                    line.getErr()
                            .println("rebalancer " + line.getCommandSpec().qualifiedName() + ": " + OneLine.of(fault));
                    return FAILED;
                })
                .execute(arguments);
    }
}
