package io.rebalancer.adm;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of a command that can wait for its job. */
final class WaitOptions {
    static final String WAIT = "--wait";
    static final String TIMEOUT = "--timeout";
    private static final String USUAL = "usual";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = WAIT,
            arity = "0..1",
            paramLabel = "STATE",
            fallbackValue = USUAL,
            preprocessor = AttachedOnly.class,
            description = "waits until the job is in this state, such as --wait=PAUSED, or without a state until it has"
                    + " done what the command orders: its end, unless the command is pause. The exit code shows how"
                    + " the job ended")
    private @Nullable String wait;

    @Option(
            names = TIMEOUT,
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "how long to wait, such as 90s, 15m or 2h. The job continues after that time")
    private @Nullable Duration timeout;

    /** In {@code --wait JOB}, the word behind the option is the job. */
    static final class AttachedOnly implements IParameterPreprocessor {
        @Override
        @SuppressWarnings("JdkObsolete") // The type is picocli's.
        public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (" ".equals(info.get("separator"))) {
                words.push(USUAL);
            }
            return false;
        }
    }

    /** Whether the operator wants to wait. A timeout is a wish to wait too. */
    boolean isSet() {
        return wait != null || timeout != null;
    }

    /** @param usual the target without a state */
    WaitTarget target(WaitTarget usual) {
        if (wait == null || wait.equals(USUAL)) {
            return usual;
        }
        try {
            return WaitTarget.parse(wait);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), WAIT + ": " + e.getMessage());
        }
    }

    /** Empty to wait as long as it takes. */
    Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }
}
