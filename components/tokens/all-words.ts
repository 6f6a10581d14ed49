/** What a token may do that was granted `*`. */
export const allWords = 'All that its owner’s role allows, except making tokens';
