"""One module a bar: ``DATABASE`` it measures in, and ``run(size)``, started in a process of its own."""
