package io.rebalancer.playground.region;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Generates objects like those of real users, including unusual names. */
final class GeneratedObjects {
    private static final int OWNERS = 20;
    private static final int DIRECTORIES = 15;
    private static final int SNAPLINK_INTERVAL = 50;
    private static final List<String> UNUSUAL_NAMES =
            List.of("a \"quoted\" name", "back\\slash", "naïve-日本-😀.txt", "percent%20 plus+", "(paren)*star");

    private GeneratedObjects() {}

    static Stream<NewObject> of(RegionPlan plan, List<SimulatedNode> nodes) {
        return unlimited(plan, nodes).limit(plan.objects());
    }

    /** The objects of a plan, and what would follow them. */
    static Stream<NewObject> unlimited(RegionPlan plan, List<SimulatedNode> nodes) {
        SplittableRandom owners = new SplittableRandom(plan.seed());
        List<UUID> accounts =
                Stream.generate(() -> RegionContents.uuid(owners)).limit(OWNERS).toList();
        return LongStream.iterate(0, number -> number + 1).mapToObj(number -> {
            SplittableRandom random = new SplittableRandom(plan.seed() * 1_000_003 + number);
            UUID owner = accounts.get(random.nextInt(OWNERS));
            int size = ObjectContent.size(plan.objectSize(), random);
            Optional<String> snaplink = random.nextInt(SNAPLINK_INTERVAL) == 0
                    ? Optional.of("/" + owner + "/stor/links/link-" + number)
                    : Optional.empty();
            return new NewObject(
                    number,
                    owner,
                    RegionContents.uuid(random),
                    key(owner, number, random),
                    snaplink,
                    new ObjectContent.Generated(random.nextLong(), size),
                    NewObject.twoNodes(nodes, random));
        });
    }

    private static String key(UUID owner, long number, SplittableRandom random) {
        String name = number % 97 == 0
                ? UNUSUAL_NAMES.get((int) (number / 97 % UNUSUAL_NAMES.size())) + "-" + number
                : "object-" + number + ".bin";
        return "/" + owner + "/stor/dir-" + random.nextInt(DIRECTORIES) + "/" + name;
    }
}
