package io.rebalancer.house.planted;

/** A record with thirteen components, one more than a class may have. */
public record PlantedCrowd(
        int one,
        int two,
        int three,
        int four,
        int five,
        int six,
        int seven,
        int eight,
        int nine,
        int ten,
        int eleven,
        int twelve,
        int thirteen) {}
