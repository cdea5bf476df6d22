"""Operations: health, metrics, and starting and stopping servers."""
