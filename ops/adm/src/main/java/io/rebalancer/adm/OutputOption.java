package io.rebalancer.adm;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The option {@code --output} of a command that shows data. */
final class OutputOption {
    static final String NAME = "--output";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = NAME,
            paramLabel = "FORMAT",
            description = "table (text), json (as the API answers), or jsonl (an object in each line) (default:"
                    + " REBALANCER_OUTPUT, else output in adm.conf, else table)")
    private @Nullable OutputFormat format;

    /** The form that the option, the environment or the settings file choose; empty if none of them does. */
    Optional<OutputFormat> chosen() throws CommandFailed {
        if (format != null) {
            return Optional.of(format);
        }
        Optional<AdmSettings.Setting> set = AdmSettings.read(context()).find("output");
        return set.isEmpty() ? Optional.empty() : Optional.of(parse(set.get()));
    }

    private static OutputFormat parse(AdmSettings.Setting set) throws CommandFailed {
        return Arrays.stream(OutputFormat.values())
                .filter(each -> each.toString().equals(set.value()))
                .findFirst()
                .orElseThrow(() -> new CommandFailed("\"" + set.value() + "\" is no form of output; set " + set.origin()
                        + " to table, json or jsonl"));
    }

    /** What the command uses of its process. */
    AdmContext context() {
        return AdmContext.of(spec);
    }

    /** Where the command prints its data. */
    Output output() throws CommandFailed {
        return new Output(context(), chosen().orElse(OutputFormat.TABLE));
    }
}
