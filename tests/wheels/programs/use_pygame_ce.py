"""pygame: SDL without a display, its own font file, sounds."""

from __future__ import annotations

import os

os.environ.update(SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy", PYGAME_HIDE_SUPPORT_PROMPT="1")

import pygame


def main() -> None:
    """Draws text."""
    pygame.init()
    screen = pygame.display.set_mode((100, 50))
    screen.blit(pygame.font.Font(None, 30).render("Text", True, "white"), (5, 5))
    assert pygame.mask.from_surface(screen).count() and pygame.transform.average_color(screen)[0] > 0
    pygame.quit()
    print("pygame", pygame.version.ver, "works")


if __name__ == "__main__":
    main()
