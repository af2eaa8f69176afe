package io.rebalancer.playground;

import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The command-line options that describe what a run does with the region. */
final class RunArguments {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "playground-data",
            description =
                    "directory for object files, settings and logs (default: ${DEFAULT-VALUE}); the contents of an"
                            + " earlier run are deleted")
    private Path directory = Path.of("");

    @Option(
            names = "--evacuate",
            paramLabel = "ID",
            description = "storage id of the node to empty (default: 1.stor." + RegionPlan.DOMAIN + ")")
    private @Nullable String evacuate;

    @Option(names = "--no-evacuate", description = "start the region without a job; requires --keep")
    private boolean noEvacuate;

    @Option(
            names = "--crash",
            description = "kill an agent and the manager with SIGKILL during the job, and restart them; implies"
                    + " --processes")
    private boolean crash;

    @Option(names = "--keep", description = "keep the region running until Ctrl-C")
    private boolean keep;

    Path directory() {
        return directory;
    }

    boolean crash() {
        return crash;
    }

    boolean keep() {
        return keep;
    }

    /**
     * The storage id of the node to empty, or empty for {@code --no-evacuate}.
     *
     * @throws InvalidArgument if the options contradict each other, or the region has no such node
     */
    Optional<String> leavingNode(RegionPlan region) throws InvalidArgument {
        InvalidArgument.unless(!(noEvacuate && evacuate != null), "--evacuate and --no-evacuate exclude each other");
        InvalidArgument.unless(!(noEvacuate && crash), "--crash needs a job; remove --no-evacuate");
        InvalidArgument.unless(
                !noEvacuate || keep, "with --no-evacuate alone the playground would end at once; add --keep");
        if (noEvacuate) {
            return Optional.empty();
        }
        String leavingNode = evacuate == null ? RegionPlan.storageId(1) : evacuate;
        InvalidArgument.unless(
                region.storageNodes(directory).stream()
                        .anyMatch(node -> node.storageId().equals(leavingNode)),
                "--evacuate " + leavingNode + ": no such storage node; there are " + RegionPlan.storageId(1) + " to "
                        + RegionPlan.storageId(region.nodes()));
        return Optional.of(leavingNode);
    }
}
